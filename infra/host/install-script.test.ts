import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { CREDENTIAL_PROVIDER, CREDENTIAL_PROVIDER_FOLDER } from './credential-provider';
import { installScript, K3S_INSTALLER } from './install-script';

const root = mkdtempSync(join(tmpdir(), 'install-script-'));
after(() => {
  rmSync(root, { recursive: true, force: true });
});

const BINARY = 'the credential provider';

/**
 * Runs the script with a curl that serves these files instead of the internet's, and a target folder of its own.
 *
 * @param failures how often K3s's installer fails before it succeeds
 * @param tampered which download is not what its checksum says
 */
function run(name: string, failures: number, tampered?: 'provider' | 'installer') {
  const folder = join(root, name);
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const executable = (file: string, text: string) => {
    writeFileSync(join(bin, file), text);
    chmodSync(join(bin, file), 0o755);
  };
  const installer = `echo "$INSTALL_K3S_VERSION $INSTALL_K3S_EXEC" >> ${folder}/installed
[ "$(wc -l < ${folder}/installed)" -gt ${failures} ]
`;
  const served = (what: 'provider' | 'installer', text: string) => {
    writeFileSync(join(folder, what), tampered === what ? `${text}#` : text);
    return createHash('sha256').update(text).digest('hex');
  };
  const checksums = { provider: served('provider', BINARY), installer: served('installer', installer) };
  executable(
    'curl',
    `#!/bin/sh
for last; do :; done
while [ "$1" != --output ]; do shift; done
echo "$last" >> ${folder}/urls
case $last in *ecr-credential-provider*) cp ${folder}/provider "$2" ;; *) cp ${folder}/installer "$2" ;; esac
`,
  );
  executable('sleep', '#!/bin/sh\n');
  const script = installScript({ role: 'server', k3sVersion: 'v1.34.1+k3s1', architecture: 'arm64' })
    .replaceAll(CREDENTIAL_PROVIDER_FOLDER, join(folder, 'target'))
    .replace(CREDENTIAL_PROVIDER.sha256.arm64, checksums.provider)
    .replace(K3S_INSTALLER.sha256, checksums.installer);
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${bin}:${process.env.PATH ?? ''}` },
  });
  const read = (file: string) =>
    existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8').trim().split('\n') : [];
  return {
    status,
    output: stdout + stderr,
    urls: read('urls'),
    installed: read('installed'),
    provider: read('target/bin/ecr-credential-provider'),
  };
}

describe('installScript', () => {
  it('installs the checked credential provider, and the wanted K3s by the checked installer', () => {
    const result = run('good', 0);
    assert.equal(result.status, 0, result.output);
    assert.deepEqual(result.provider, [BINARY]);
    assert.deepEqual(result.installed, ['v1.34.1+k3s1 server']);
    assert.deepEqual(result.urls, [
      `https://artifacts.k8s.io/binaries/cloud-provider-aws/${CREDENTIAL_PROVIDER.version}/linux/arm64/ecr-credential-provider-linux-arm64`,
      K3S_INSTALLER.url,
    ]);
    assert.match(K3S_INSTALLER.url, /\/k3s-io\/k3s\/v[\d.]+%2Bk3s\d+\/install\.sh$/);
  });

  it('stops before it runs or installs what is not the pinned one', () => {
    const provider = run('tampered-provider', 0, 'provider');
    assert.notEqual(provider.status, 0);
    assert.deepEqual([provider.provider, provider.installed], [[], []]);
    const installer = run('tampered-installer', 0, 'installer');
    assert.notEqual(installer.status, 0);
    assert.deepEqual(installer.installed, []);
  });

  it('tries K3s again, and gives up after five attempts with a reason', () => {
    const second = run('second', 2);
    assert.equal(second.status, 0, second.output);
    assert.equal(second.installed.length, 3);
    const never = run('never', 99);
    assert.equal(never.status, 1);
    assert.equal(never.installed.length, 5);
    assert.match(never.output, /K3s v1\.34\.1\+k3s1 could not be installed in 5 attempts/);
  });
});
