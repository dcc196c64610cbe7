import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Candidate, rank, REMEMBERED_PER_USER, seenAfter, SHOWN_PER_PAGE } from './ranking';

const candidate = (id: number, popularity: number, price = 1000): Candidate => ({
  id,
  popularity_score: popularity,
  price_cents: price,
});

test('a new user gets them by popularity, whatever their order was', () => {
  assert.deepEqual(rank([candidate(1, 10), candidate(2, 30), candidate(3, 20)], []), [2, 3, 1]);
});

test('price, then id, break ties', () => {
  assert.deepEqual(rank([candidate(9, 5, 300), candidate(4, 5, 200), candidate(3, 5, 200)], []), [3, 4, 9]);
});

test('unseen products come first, then the one seen longest ago', () => {
  const four = [candidate(1, 40), candidate(2, 30), candidate(3, 20), candidate(4, 10)];
  assert.deepEqual(rank(four, [1, 2]), [3, 4, 2, 1]);
});

test('a candidate sent twice is ranked once', () => {
  assert.deepEqual(rank([candidate(1, 1), candidate(1, 1), candidate(2, 2)], []), [2, 1]);
});

test('a user who comes back sees other products until all were seen', () => {
  const ten = Array.from({ length: 9 }, (_, index) => candidate(index + 1, 100 - index));
  let seen: number[] = [];
  const pages = Array.from({ length: 4 }, () => {
    const page = rank(ten, seen).slice(0, SHOWN_PER_PAGE);
    seen = seenAfter(page, seen);
    return page;
  });
  assert.equal(new Set(pages.slice(0, 3).flat()).size, 9, 'three pages show nine different products');
  assert.equal(
    new Set([...(pages[0] ?? []), ...(pages[3] ?? [])]).size,
    3,
    'the fourth shows the first ones again',
  );
});

test('only the last products are remembered, the newest first', () => {
  const before = Array.from({ length: REMEMBERED_PER_USER }, (_, index) => index);
  const after = seenAfter([500, 3], before);
  assert.equal(after.length, REMEMBERED_PER_USER);
  assert.deepEqual(after.slice(0, 3), [500, 3, 0]);
  assert.ok(!after.includes(REMEMBERED_PER_USER - 1));
});
