import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { repositoryDir } from '../harness';

it('a compiled file goes with its source; what a page serves and what is bundled stay', async (context) => {
  const { removeOrphans } = (await import(pathToFileURL(path.join(repositoryDir, 'orphans.mjs')).href)) as {
    removeOrphans: (root: string) => string[];
  };
  const root = mkdtempSync(path.join(tmpdir(), 'orphans-'));
  context.after(() => {
    rmSync(root, { recursive: true });
  });
  const has = (file: string) => existsSync(path.join(root, file));
  assert.deepEqual(removeOrphans(root), [], 'without dist there is nothing to do');
  const kept = [
    'cli/run.ts',
    'dist/cli/run.js',
    'dist/cli/run.js.map',
    'dist/services/console/public/app.js',
    'dist/node_modules/zod/index.js',
  ];
  const gone = ['dist/cli/moved.test.js', 'dist/cli/moved.test.js.map'];
  for (const file of [...kept, ...gone]) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), '');
  }
  assert.deepEqual(removeOrphans(root), [path.join('cli', 'moved.test.js')]);
  assert.deepEqual(kept.filter(has), kept);
  assert.deepEqual(gone.filter(has), []);
});
