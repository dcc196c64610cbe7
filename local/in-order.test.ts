import assert from 'node:assert/strict';
import { it } from 'node:test';
import { inOrder } from './in-order';

it('does every step in order, whatever fails, and tells each failure', async () => {
  const done: string[] = [];
  const faults: unknown[] = [];
  await inOrder(
    [
      () => {
        done.push('note');
        throw new Error('ENOSPC: no space left on device');
      },
      () => Promise.reject(new Error('not in time')),
      async () => {
        await Promise.resolve();
        done.push('end');
      },
      () => void done.push('forget'),
    ],
    (error) => faults.push(error instanceof Error ? error.message : error),
  );
  assert.deepEqual(done, ['note', 'end', 'forget']);
  assert.deepEqual(faults, ['ENOSPC: no space left on device', 'not in time']);
});
