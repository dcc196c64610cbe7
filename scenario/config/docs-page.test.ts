import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEPLOYMENT_KEYS, DEPLOYMENT_BOOK } from './deployment';
import { renderConfigPage } from './docs-page';
import { BOOK } from './schema';

describe('the page of all config keys', () => {
  const lines = renderConfigPage().split('\n');

  it('has one row for each key of scenario and deployment, with five cells', () => {
    for (const { key, documentation } of [...BOOK.documentedKeys(), ...DEPLOYMENT_BOOK.documentedKeys()]) {
      const rows = lines.filter((line) => line.startsWith(`| \`${key}\` |`));
      assert.equal(rows.length, 1, `${rows.length} rows for ${key}`);
      const [row = ''] = rows;
      assert.equal(row.replaceAll('\\|', '').split('|').length, 7, row);
      for (const text of [documentation.type, documentation.allowed, documentation.description])
        assert.ok(row.includes(text.replaceAll('|', '\\|')), `${key}: ${text}`);
    }
    assert.ok(lines.some((line) => line.includes('blackfriday: 800<br>blackfriday-v3: 30')));
  });

  it('leaves out no key that a deployment takes', () => {
    const documented = new Set(DEPLOYMENT_BOOK.documentedKeys().map(({ key }) => key.split('.')[0]));
    assert.deepEqual(
      DEPLOYMENT_KEYS.filter((key) => !documented.has(key)),
      [],
    );
  });
});
