import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { repositoryDir } from '../harness';

/** A path of this repository in a text: from a room on, or a file that lies at the top. */
const PATH =
  /`((?:scenario|report|machine|services|infra|stacks|local|cli|policy|test|bench|docs)\/[^\s`]*|[\w.-]+\.(?:mjs|json|yaml))`/g;

it('the page on the architecture names only files that exist', () => {
  const page = readFileSync(path.join(repositoryDir, 'docs/architecture.md'), 'utf8');
  const named = [...page.matchAll(PATH)].map(([, name = '']) => name);
  assert.ok(named.length > 50, `the paths were found: ${named.length}`);
  const missing = named.filter((name) =>
    ['', '.ts'].every((end) => !existsSync(path.join(repositoryDir, name + end))),
  );
  assert.deepEqual(missing, []);
});
