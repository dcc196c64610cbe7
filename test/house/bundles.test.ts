import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { it } from 'node:test';
import { SERVICE_NAMES } from '../../services/catalog';
import { repositoryDir } from '../harness';

/** bundles.mjs makes one file of each. */
const BUNDLED = /^(zod|@opentelemetry|express|undici|@bufbuild)\//;

it('a service loads bundled packages from their bundle alone: two copies would not know each other', () => {
  const modules = ['lib/telemetry/bootstrap', ...SERVICE_NAMES.map((name) => `${name}/service`)];
  const program = `
    for (const name of ${JSON.stringify(modules)}) require(${JSON.stringify(path.join(repositoryDir, 'dist/services'))} + '/' + name);
    process.stdout.write(JSON.stringify(Object.keys(require.cache)));
    process.exit();`;
  const loaded = JSON.parse(
    execFileSync(process.execPath, ['-e', program], {
      encoding: 'utf8',
      env: { ...process.env, SERVICE: 'none' },
    }),
  ) as string[];
  const folder = path.join(repositoryDir, 'node_modules') + path.sep;
  const byThemselves = loaded
    .filter((file) => file.startsWith(folder))
    .map((file) => file.slice(folder.length).replaceAll(path.sep, '/'))
    .filter((file) => BUNDLED.test(file));
  assert.deepEqual(byThemselves, []);
  const bundles = loaded.filter((file) => file.endsWith('.bundle.js')).map((file) => path.basename(file));
  assert.deepEqual(
    bundles.sort(),
    ['bufbuild', 'express', 'opentelemetry', 'undici', 'zod'].map((name) => `${name}.bundle.js`),
  );
});
