import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { waitUntilWell, type Waiting } from './wait';

const waiting = (answers: readonly (string | null)[], more: Partial<Waiting> = {}) => {
  let asked = 0;
  const wait = waitUntilWell({
    ask: () => Promise.resolve(answers[asked++] ?? null),
    hasFailed: () => null,
    tooLate: (reason) => new Error(`too late: ${reason}`),
    timeoutMs: 60_000,
    everyMs: 0,
    ...more,
  });
  return { wait, asked: () => asked };
};

describe('waiting for what was started', () => {
  it('asks until it is well', async () => {
    const { wait, asked } = waiting(['starting', 'nearly', null]);
    await wait;
    assert.equal(asked(), 3);
  });

  it('ends with the last reason when the time is over', async () => {
    await assert.rejects(waiting(['starting'], { timeoutMs: -1 }).wait, /^Error: too late: starting$/);
  });

  it('asks nothing once waiting is in vain: somebody else may answer in its place', async () => {
    const { wait, asked } = waiting([null], { hasFailed: () => new Error('it ended') });
    await assert.rejects(wait, /it ended/);
    assert.equal(asked(), 0);
  });
});
