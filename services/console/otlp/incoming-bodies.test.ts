import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IncomingBodies, type IncomingBody } from './incoming-bodies';

const LIMITS = { ofPeer: 2, ofAll: 3, bytes: 100 };

/** Begins bodies by name, and notes which are let go. */
function bodies(): {
  begin: (name: string, peer: string) => IncomingBody;
  gone: string[];
  all: IncomingBodies;
} {
  const all = new IncomingBodies(LIMITS);
  const gone: string[] = [];
  return { all, gone, begin: (name, peer) => all.begin(peer, () => gone.push(name)) };
}

test('beyond the bound of an address its own oldest body gives way', () => {
  const { begin, gone } = bodies();
  begin('other', 'b');
  begin('first', 'a');
  begin('second', 'a');
  begin('third', 'a');
  assert.deepEqual(gone, ['first']);
});

test('beyond the bound of all the oldest gives way, whoever sends it', () => {
  const { begin, gone } = bodies();
  for (const peer of ['a', 'b', 'c', 'd', 'e']) begin(peer, peer);
  assert.deepEqual(gone, ['a', 'b']);
});

test('beyond the bytes of all the oldest give way until the rest fits', () => {
  const { begin, gone, all } = bodies();
  const [a, b, c] = ['a', 'b', 'c'].map((peer) => begin(peer, peer));
  assert.ok(a && b && c);
  all.grow(a, 40);
  all.grow(b, 40);
  all.grow(c, 90);
  assert.deepEqual(gone, ['a', 'b']);
});

test('a body that is whole leaves its place', () => {
  const { begin, gone, all } = bodies();
  for (let n = 0; n < 10; n += 1) {
    const body = begin(String(n), 'a');
    all.grow(body, 90);
    all.end(body);
  }
  assert.deepEqual(gone, []);
});
