import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { anchorOf, CHECKS } from './book';

const PAGE = path.join(__dirname, '..', '..', '..', 'docs', 'troubleshooting.md');

/** Headings of a level within a chapter, with the text below each. */
function entriesOf(page: string, chapter: string): Map<string, string> {
  const body = page.split(/^## /m).find((part) => part.startsWith(`${chapter}\n`)) ?? '';
  return new Map(
    body
      .split(/^### /m)
      .slice(1)
      .map((part) => {
        const [heading = '', ...rest] = part.split('\n');
        return [slugOf(heading), rest.join('\n').trim()];
      }),
  );
}

/** The anchor a Markdown renderer gives a heading. */
function slugOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
}

it('every check has its entry in docs/troubleshooting.md, and every entry its check', () => {
  const page = readFileSync(PAGE, 'utf8');
  const entries = entriesOf(page, 'Checks');
  assert.deepEqual([...entries.keys()].sort(), Object.keys(CHECKS).sort());
  for (const [id, text] of entries) assert.ok(text.length > 100, `${id} says too little`);
  // No other heading of the page takes an anchor away.
  const slugs = [...page.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => slugOf(heading));
  assert.equal(new Set(slugs).size, slugs.length, 'each heading once');
  assert.equal(anchorOf('vendor-endpoint'), 'docs/troubleshooting.md#vendor-endpoint');
});
