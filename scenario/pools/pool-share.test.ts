import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mayBePoolOf, poolOver, poolShare } from './pool-share';

describe('a pool over replicas', () => {
  it('is divided, with at least one connection each', () => {
    assert.equal(poolShare(100, 1), 100);
    assert.equal(poolShare(25, 2), 13);
    assert.equal(poolShare(3, 8), 1);
  });

  it('is together what rounding makes of it', () => {
    assert.equal(poolOver(25, 1), 25);
    assert.equal(poolOver(25, 2), 26);
    assert.equal(poolOver(100, 3), 99);
    assert.equal(poolOver(3, 8), 8);
  });

  it('is recognised however many share it, and not taken for another', () => {
    assert.ok([25, 26, 24].every((seen) => mayBePoolOf(25, seen)));
    assert.ok(mayBePoolOf(100, 99));
    assert.ok(!mayBePoolOf(5, 25) && !mayBePoolOf(25, 5) && !mayBePoolOf(100, 20));
  });
});
