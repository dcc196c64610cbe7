import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RING_SECONDS, SecondSlots } from './second-slots';

describe('the slots of the last seconds', () => {
  it('are used again for newer seconds, cleared; a second already forgotten has none', () => {
    const slots = new SecondSlots();
    const cleared: number[] = [];
    const take = (second: number) => slots.take(second, (slot) => cleared.push(slot));
    assert.equal(take(1000), 1000 % RING_SECONDS);
    assert.equal(take(1000), 1000 % RING_SECONDS);
    assert.equal(cleared.length, 1);
    assert.equal(take(1000 + RING_SECONDS), 1000 % RING_SECONDS);
    assert.equal(cleared.length, 2);
    assert.equal(take(1000), null);
    take(1001);
    assert.deepEqual([...slots.within(1000, 1002)], [1001 % RING_SECONDS]);
  });
});
