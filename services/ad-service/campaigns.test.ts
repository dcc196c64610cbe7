import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADS_PER_PAGE, adsFor } from './campaigns';

const ids = (category: string, minute: number): string[] =>
  adsFor(category, minute * 60_000).map((shown) => shown.id);

test('everybody sees the same ads within a minute', () => {
  assert.deepEqual(adsFor('electronics', 60_000), adsFor('electronics', 119_999));
});

test('the next minute shows the next pair, and all campaigns get their turn', () => {
  assert.notDeepEqual(ids('electronics', 0), ids('electronics', 1));
  assert.equal(new Set([...ids('electronics', 0), ...ids('electronics', 1)]).size, 4);
  assert.deepEqual(ids('electronics', 0), ids('electronics', 2));
});

test('a page never shows an ad twice', () => {
  for (const category of ['electronics', 'books', 'grocery', 'anything-else']) {
    assert.equal(new Set(ids(category, 7)).size, ADS_PER_PAGE, category);
  }
});

test('a category without campaigns shows the house ads, names of Object.prototype among them', () => {
  assert.deepEqual(ids('submarines', 3), ['ad-house-1', 'ad-house-2']);
  assert.deepEqual(ids('constructor', 3), ['ad-house-1', 'ad-house-2']);
});
