import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contentName } from './content-name';

describe('a name by content', () => {
  it('is the same for the same content, on every machine', () => {
    assert.equal(contentName('collector', 'a: 1'), 'collector-16c3c6d786');
  });

  it('changes with the content', () => {
    assert.notEqual(contentName('collector', 'a: 1'), contentName('collector', 'a: 2'));
  });
});
