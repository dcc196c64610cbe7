import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it, mock } from 'node:test';
import { within } from './deadline';

describe('a deadline', () => {
  it('aborts what takes longer, and says so', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const broken = within(2_000, async (signal) => {
        await once(signal, 'abort');
        assert.ok(signal.aborted);
        throw signal.reason;
      });
      mock.timers.tick(1_999);
      mock.timers.tick(1);
      await assert.rejects(broken, {
        name: 'TimeoutError',
        code: 'timeout',
        message: 'no answer within 2000 ms',
      });
    } finally {
      mock.timers.reset();
    }
  });

  it('is over with its work: nothing is aborted later, and no timer is left', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const aborted = mock.fn();
      const answer = await within(2_000, (signal) => {
        signal.addEventListener('abort', aborted);
        return Promise.resolve('in time');
      });
      assert.equal(answer, 'in time');
      mock.timers.tick(10_000);
      assert.equal(aborted.mock.callCount(), 0);
    } finally {
      mock.timers.reset();
    }
  });
});
