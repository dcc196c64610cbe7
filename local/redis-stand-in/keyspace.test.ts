import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMMANDS } from './commands';
import { Keyspace } from './keyspace';
import type { Reply } from './reply';

/** Commands on a keyspace whose clock the test moves. */
function keyspace(): { run: (...request: string[]) => Reply; pass: (ms: number) => void; keys: Keyspace } {
  let nowMs = 0;
  const keys = new Keyspace(1_000_000, () => nowMs);
  return {
    keys,
    run: (name = '', ...args) => COMMANDS.get(name)?.run(keys, args) ?? null,
    pass: (ms) => {
      nowMs += ms;
    },
  };
}

test('a text goes when its time is over', () => {
  const { run, pass, keys } = keyspace();
  run('set', 'a', 'x', 'EX', '100');
  run('set', 'b', 'x');
  pass(99_999);
  assert.equal(run('get', 'a'), 'x');
  pass(1);
  assert.equal(run('get', 'a'), null);
  assert.equal(run('get', 'b'), 'x');
  assert.equal(keys.names().length, 1);
});

test('a text that is written anew has the time of the new one', () => {
  const { run, pass } = keyspace();
  run('set', 'a', 'x', 'EX', '1');
  run('set', 'a', 'y');
  pass(5000);
  assert.equal(run('get', 'a'), 'y');
});

test('a hash keeps its time when a field changes, and goes with its last one', () => {
  const { run, pass, keys } = keyspace();
  run('hset', 'cart', '7', '1', '8', '1');
  assert.equal(run('expire', 'cart', '60'), 1);
  assert.equal(run('hincrby', 'cart', '7', '2'), 3);
  pass(59_999);
  assert.deepEqual(run('hgetall', 'cart'), ['7', '3', '8', '1']);
  pass(1);
  assert.deepEqual(run('hgetall', 'cart'), []);
  run('hset', 'cart', '7', '1');
  assert.equal(run('hdel', 'cart', '7', 'absent'), 1);
  assert.equal(keys.names().length, 0);
  assert.equal(keys.usedBytes, 0);
  assert.equal(run('expire', 'cart', '60'), 0);
});

test('what nobody asks for goes in a sweep', () => {
  const { run, pass, keys } = keyspace();
  run('set', 'a', 'x', 'EX', '1');
  pass(1000);
  keys.sweep();
  assert.equal(keys.usedBytes, 0);
});
