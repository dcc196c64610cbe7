import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Allowance } from './allowance';

const LIMITS = { client: { burst: 10, perMinute: 60 }, all: { burst: 25, perMinute: 120 }, maxClients: 2 };

test('a client has a burst, then so many a minute', () => {
  const allowance = new Allowance(LIMITS, 0);
  assert.equal(allowance.take('a', 10, 0), null);
  assert.equal(allowance.take('a', 5, 0), 5);
  assert.equal(allowance.take('a', 5, 4_999), 1, 'what is refused costs nothing');
  assert.equal(allowance.take('a', 5, 5_000), null);
  assert.equal(allowance.take('a', 11, 999_999), 1, 'a pause is no larger burst');
});

test('all clients together have a bound of their own', () => {
  const allowance = new Allowance(LIMITS, 0);
  assert.deepEqual(
    ['a', 'b', 'c'].map((client) => allowance.take(client, 10, 0)),
    [null, null, 3],
  );
});

test('of clients the last ones are remembered', () => {
  const allowance = new Allowance({ ...LIMITS, all: { burst: 1000, perMinute: 1 } }, 0);
  for (const client of ['a', 'b', 'a', 'c']) allowance.take(client, 5, 0);
  assert.equal(allowance.take('a', 1, 0), 1, 'it was there a moment ago');
  assert.equal(allowance.take('b', 10, 0), null, 'it was silent longest');
});
