import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { it } from 'node:test';

const REPOSITORY = path.join(__dirname, '..', '..', '..');

/** What a user's shell says to other programs, and a library in a test would believe. */
const OF_OTHERS = {
  OTEL_SDK_DISABLED: 'true',
  OTEL_RESOURCE_ATTRIBUTES: 'service.name=my-laptop',
  PGSSLMODE: 'require',
  PGHOST: 'db.example',
  NODE_OPTIONS: '--max-old-space-size=2048',
  NODE_ENV: 'production',
  NODE_USE_ENV_PROXY: '1',
  HTTP_PROXY: 'http://127.0.0.1:9',
  https_proxy: 'http://127.0.0.1:9',
  ALL_PROXY: 'socks://127.0.0.1:9',
  no_proxy: 'example.com',
  LOG_LEVEL: 'WARNING',
  DEBUG: '*',
  GIT_DIR: '/nowhere',
};
const FOR_TESTS = { HOME: '/home/me', NODE_EXTRA_CA_CERTS: '/company.pem', PULUMI_E2E_FULL: '1' };

it("npm test's programs start from nothing that the user's shell says to other programs", () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'shell-of-tests-'));
  try {
    // The part "lint" starts npm from the PATH: here one that tells what environment it got.
    writeFileSync(
      path.join(folder, 'npm'),
      `#!/bin/sh\nexec "${process.execPath}" -p '"environment " + JSON.stringify(process.env)'\n`,
      { mode: 0o755 },
    );
    const { stdout, stderr } = spawnSync(process.execPath, [path.join('test', 'run.mjs'), 'lint'], {
      cwd: REPOSITORY,
      encoding: 'utf8',
      env: { ...OF_OTHERS, ...FOR_TESTS, PATH: folder },
    });
    const [, seen] = /^environment (.+)$/m.exec(stdout) ?? assert.fail(`${stdout}\n${stderr}`);
    const got = JSON.parse(seen ?? '') as Record<string, string>;
    assert.deepEqual(
      Object.keys(got).filter((name) => name in OF_OTHERS),
      [],
    );
    for (const [name, value] of Object.entries(FOR_TESTS)) assert.equal(got[name], value, name);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
