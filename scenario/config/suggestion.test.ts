import assert from 'node:assert/strict';
import { test } from 'node:test';
import { didYouMean } from './suggestion';

const known = ['demoMode', 'minuteSeconds', 'pool', 'curve'];

test('typos, swaps and cases are recognised, other words are not', () => {
  assert.equal(didYouMean('demomode', known), 'demoMode');
  assert.equal(didYouMean('minutesSeconds', known), 'minuteSeconds');
  assert.equal(didYouMean('cruve', known), 'curve');
  assert.equal(didYouMean('region', known), null);
  assert.equal(didYouMean('x', []), null);
});
