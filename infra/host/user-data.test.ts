import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { kubeconfigScript, readyScript } from './kubeconfig-script';
import { installScript } from './install-script';
import { agentUserData, serverUserData, USER_DATA_LIMIT } from './user-data';

const common = { k3sVersion: 'v1.34.1+k3s1', agentToken: 'the-agent-token' };
const hostKey = {
  privateKey: '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\nBBBB\n-----END OPENSSH PRIVATE KEY-----\n',
  publicKey: 'ssh-ed25519 AAAAC3Nz\n',
};
const userData = {
  server: serverUserData({ ...common, architecture: 'arm64', publicIp: '203.0.113.10', hostKey }),
  agent: agentUserData({
    ...common,
    architecture: 'amd64',
    serverAddress: '10.60.0.10',
    serverId: 'i-0123456789abcdef0',
  }),
};

const folder = mkdtempSync(join(tmpdir(), 'user-data-'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Why a tool's test cannot run here, or false. */
function missing(tool: string, ...args: string[]): string | false {
  const { error } = spawnSync(tool, args, { stdio: 'ignore' });
  return error ? `${tool} is not installed (Debian: apt-get install ${tool})` : false;
}

describe('user data', () => {
  for (const [role, text] of Object.entries(userData)) {
    it(`of the ${role} is the snapshot`, () => {
      // The tests run in the project's folder (test/run.mjs).
      const path = join('infra', 'host', 'snapshots', `${role}.user-data.txt`);
      if (process.env.UPDATE_SNAPSHOTS) writeFileSync(path, text);
      assert.equal(text, readFileSync(path, 'utf8'), 'UPDATE_SNAPSHOTS=1 writes a new one');
    });

    it(`of the ${role} is valid for cloud-init`, { skip: missing('cloud-init', '--version') }, () => {
      const path = join(folder, `${role}.yaml`);
      writeFileSync(path, text);
      const { status, stdout, stderr } = spawnSync('cloud-init', ['schema', '--config-file', path], {
        encoding: 'utf8',
      });
      assert.equal(status, 0, stdout + stderr);
    });

    it(`of the ${role} fits EC2's limit with room for real keys`, () => {
      assert.ok(Buffer.byteLength(text) < USER_DATA_LIMIT / 2, String(Buffer.byteLength(text)));
    });
  }

  it('refuses to be larger than EC2 takes', () => {
    const large = { ...hostKey, privateKey: 'x'.repeat(USER_DATA_LIMIT) };
    assert.throws(
      () => serverUserData({ ...common, architecture: 'arm64', publicIp: '203.0.113.10', hostKey: large }),
      /at most 16384/,
    );
  });

  it('rebuilds agents with their server, whose CA they trust', () => {
    const other = agentUserData({
      ...common,
      architecture: 'arm64',
      serverAddress: '10.60.0.10',
      serverId: 'i-another',
    });
    assert.ok(other.includes('i-another'));
  });
});

describe('shell scripts', () => {
  const scripts = {
    'install-server.sh': installScript({ ...common, role: 'server', architecture: 'arm64' }),
    'install-agent.sh': installScript({ ...common, role: 'agent', architecture: 'amd64' }),
    'kubeconfig.sh': `#!/bin/sh\n${kubeconfigScript()}`,
    'ready.sh': `#!/bin/sh\n${readyScript(['10.60.0.10', '10.60.0.11', '10.60.0.12'])}`,
  };
  for (const [name, text] of Object.entries(scripts)) {
    it(`${name} passes shellcheck`, { skip: missing('shellcheck', '--version') }, () => {
      const path = join(folder, name);
      writeFileSync(path, text);
      const { status, stdout } = spawnSync('shellcheck', ['--shell', 'sh', path], { encoding: 'utf8' });
      assert.equal(status, 0, stdout);
    });
  }
});
