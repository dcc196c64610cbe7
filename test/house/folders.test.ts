import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { it } from 'node:test';
import { repositoryDir } from '../harness';

const MOST_FILES = 20;

it(`no folder holds more than ${MOST_FILES} source files side by side`, () => {
  const sources = execFileSync('git', ['ls-files', '*.ts', '*.js', '*.mjs'], {
    cwd: repositoryDir,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((file) => file !== '' && !/\.test\.[jt]s$/.test(file));
  const counts = new Map<string, number>();
  for (const file of sources) {
    const folder = path.dirname(file);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  assert.ok(counts.size > 20, 'the folders were found');
  const crowded = [...counts].filter(([, count]) => count > MOST_FILES);
  assert.deepEqual(crowded, []);
});
