import assert from 'node:assert/strict';
import { test } from 'node:test';
import { look, until } from './look';

test('a condition is looked at until it holds; a look that throws is one that does not hold', async () => {
  let looks = 0;
  const found = await until(
    () => {
      looks += 1;
      return looks === 1
        ? Promise.reject(new Error('not yet'))
        : Promise.resolve(look(looks, looks < 4 ? 'too few' : null));
    },
    { patienceMs: 10_000, wait: () => Promise.resolve(), now: () => 0 },
  );
  assert.deepEqual(found, { problem: null, seen: 4 });
});

test('no longer than its patience, and then the last problem is reported with what was seen', async () => {
  let now = 0;
  const waits: number[] = [];
  const found = await until(() => Promise.resolve(look({ size: 3 }, 'should be 20')), {
    patienceMs: 2000,
    now: () => now,
    wait: (ms) => {
      waits.push(ms);
      now += ms;
      return Promise.resolve();
    },
  });
  assert.deepEqual(found, { problem: 'should be 20', seen: { size: 3 } });
  assert.deepEqual(waits, [500, 500, 500, 500, 500]);
});

test('what waiting throws ends it: somebody asked for the end', async () => {
  const interrupted = new Error('Ctrl-C');
  await assert.rejects(
    until(() => Promise.resolve(look(null, 'never')), {
      patienceMs: 60_000,
      wait: () => Promise.reject(interrupted),
    }),
    interrupted,
  );
});
