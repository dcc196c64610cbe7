import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderConfigPage } from './docs-page';
import { documentedKeys } from './schema';

test('the page has one row for each key, with five cells', () => {
  const lines = renderConfigPage().split('\n');
  for (const { key, documentation } of documentedKeys()) {
    const row = lines.find((line) => line.startsWith(`| \`${key}\` |`));
    assert.ok(row, `no row for ${key}`);
    assert.equal(row.replaceAll('\\|', '').split('|').length, 7, row);
    assert.ok(row.includes(documentation.type), row);
  }
  assert.ok(renderConfigPage().includes('blackfriday: 800<br>blackfriday-v3: 30'));
});
