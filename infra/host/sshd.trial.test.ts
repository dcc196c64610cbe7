import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { listenLocally } from '../../machine/reach/tcp';
import { closedPort } from '../../test/mocks/servers';
import {
  kubeconfigFor,
  kubeconfigScript,
  readyScript,
  RUN_SCRIPT,
  type HostWaits,
} from './kubeconfig-script';

/**
 * The scripts that bring the kubeconfig back, over real SSH: an sshd on this machine plays the host. What the host's
 * tools would say (cloud-init, k3s, journalctl) is read from files in its folder; sudo looks into that folder, too.
 */

const SSHD = '/usr/sbin/sshd';
const KUBECONFIG = `apiVersion: v1
clusters:
- cluster:
    server: https://127.0.0.1:6443
  name: default
`;
const NODES = ['10.60.0.10', '10.60.0.11'];
const READY = 'ip-10-60-0-10   Ready    control-plane   1m   v1.34.1+k3s1\n';
const NOT_READY = 'ip-10-60-0-10   NotReady   control-plane   1m   v1.34.1+k3s1\n';
const SHORT: HostWaits = { cloudInit: 5, ready: 3, interval: 1 };

/** Why this machine cannot play the host, or false. */
function missingTool(): string | false {
  if (!existsSync(SSHD)) return 'sshd is not installed (Debian: apt-get install openssh-server)';
  // ssh and sshd want a name for whoever logs in.
  if (spawnSync('id', ['-un'], { stdio: 'ignore' }).status !== 0)
    return 'the user id of this process has no name';
  const { error } = spawnSync('ssh', ['-V'], { stdio: 'ignore' });
  return error ? 'ssh is not installed (Debian: apt-get install openssh-client)' : false;
}

describe('kubeconfig over SSH', { skip: missingTool() }, () => {
  const root = mkdtempSync(join(tmpdir(), 'played-host-'));
  const inRoot = (...path: string[]) => join(root, ...path);
  let sshd: ChildProcess | undefined;
  let port = 0;

  before(async () => {
    mkdirSync(inRoot('bin'));
    mkdirSync(inRoot('var/log'), { recursive: true });
    mkdirSync(inRoot('etc/rancher/k3s'), { recursive: true });
    for (const key of ['login', 'stranger', 'host', 'other-host']) {
      const made = spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', inRoot(key)]);
      assert.equal(made.status, 0);
    }
    writeFileSync(inRoot('authorized_keys'), readFileSync(inRoot('login.pub')));
    for (const [name, text] of Object.entries(playedTools(root))) {
      writeFileSync(inRoot('bin', name), `#!/bin/sh\n${text}`);
      chmodSync(inRoot('bin', name), 0o755);
    }
    port = await closedPort();
    writeFileSync(
      inRoot('sshd_config'),
      `Port ${port}
ListenAddress 127.0.0.1
HostKey ${inRoot('host')}
AuthorizedKeysFile ${inRoot('authorized_keys')}
PidFile none
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
SetEnv PATH=${inRoot('bin')}:/usr/bin:/bin
`,
    );
    // As root sshd wants its empty folder, which Debian's service makes at its start.
    if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true });
    sshd = spawn(SSHD, ['-D', '-e', '-f', inRoot('sshd_config')], { stdio: 'ignore' });
    for (let attempt = 0; ssh('true').status !== 0; attempt += 1) {
      assert.ok(attempt < 50, `no login at the played host: ${ssh('true').stderr}`);
      await delay(100);
    }
  });

  after(() => {
    sshd?.kill();
    rmSync(root, { recursive: true, force: true });
  });

  interface Connection {
    port?: number;
    key?: string;
    hostKey?: string;
  }

  /** Runs a script as the program does, over an SSH session with a host whose key is known beforehand. */
  function ssh(script: string, connection: Connection = {}) {
    const target = connection.port ?? port;
    const hostKey = readFileSync(inRoot(`${connection.hostKey ?? 'host'}.pub`), 'utf8');
    writeFileSync(inRoot('known_hosts'), `[127.0.0.1]:${target} ${hostKey}`);
    const options = [
      'BatchMode=yes',
      'IdentitiesOnly=yes',
      'StrictHostKeyChecking=yes',
      'GlobalKnownHostsFile=/dev/null',
      `UserKnownHostsFile=${inRoot('known_hosts')}`,
      'ConnectTimeout=2',
    ].flatMap((option) => ['-o', option]);
    const where = ['-p', String(target), '-i', inRoot(connection.key ?? 'login'), '127.0.0.1'];
    return spawnSync('ssh', ['-F', '/dev/null', ...options, ...where, RUN_SCRIPT], {
      input: script,
      encoding: 'utf8',
      timeout: 30_000,
    });
  }

  /** What the host is like. */
  function host(state: {
    cloudInit?: string;
    nodes?: string;
    later?: string;
    agents?: string;
    /** How growpart ends. */
    growpart?: string;
    /** The disk that the root is a partition of. */
    disk?: string;
    /** Days until the kubeconfig's login ends. */
    loginDays?: number;
  }): void {
    writeFileSync(inRoot('agents'), state.agents ?? '');
    writeFileSync(inRoot('deeds'), '');
    writeFileSync(inRoot('cloud-init.sh'), state.cloudInit ?? 'echo status: done');
    writeFileSync(inRoot('nodes'), state.nodes ?? READY);
    writeFileSync(inRoot('nodes-later'), state.later ?? state.nodes ?? READY);
    writeFileSync(inRoot('looks'), '');
    writeFileSync(inRoot('disk'), state.disk ?? 'nvme0n1');
    writeFileSync(inRoot('growpart.sh'), state.growpart ?? 'exit 1');
    writeFileSync(inRoot('login-days'), String(state.loginDays ?? 365));
    writeFileSync(inRoot('etc/rancher/k3s/k3s.yaml'), KUBECONFIG);
    writeFileSync(inRoot('var/log/cloud-init-output.log'), 'fetching K3s\ncurl: (28) Timeout was reached\n');
  }

  it('prints the kubeconfig, and nothing else, once the node is Ready', () => {
    host({ nodes: NOT_READY, later: READY });
    const { status, stdout, stderr } = ssh(kubeconfigScript(SHORT));
    assert.equal(status, 0, stderr);
    assert.equal(stdout, KUBECONFIG);
    assert.ok(readFileSync(inRoot('looks'), 'utf8').length >= 3, 'it looked again until Ready');
    assert.match(kubeconfigFor('203.0.113.10', stdout), /server: https:\/\/203\.0\.113\.10:6443/);
  });

  it('has K3s renew a login that would end soon, and no other', () => {
    host({ loginDays: 61 });
    assert.equal(ssh(kubeconfigScript(SHORT)).stdout, KUBECONFIG);
    assert.equal(readFileSync(inRoot('deeds'), 'utf8'), '');
    host({ loginDays: 59, nodes: NOT_READY, later: READY });
    assert.equal(ssh(kubeconfigScript(SHORT)).stdout, KUBECONFIG, 'when it is Ready again');
    assert.equal(readFileSync(inRoot('deeds'), 'utf8'), 'systemctl restart k3s\n');
  });

  it('accepts a cloud-init that ended with warnings', () => {
    host({ cloudInit: 'exit 2' });
    assert.equal(ssh(kubeconfigScript(SHORT)).stdout, KUBECONFIG);
  });

  it("fails with the end of the host's log when cloud-init failed", () => {
    host({ cloudInit: 'exit 1' });
    const { status, stdout, stderr } = ssh(kubeconfigScript(SHORT));
    assert.equal(status, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /cloud-init failed, so K3s is not installed/);
    assert.match(stderr, /curl: \(28\) Timeout was reached/);
    assert.match(stderr, /journal of k3s on the host[^]*starting K3s/);
  });

  it('fails when cloud-init does not end', () => {
    host({ cloudInit: 'sleep 20' });
    const { status, stderr } = ssh(kubeconfigScript({ ...SHORT, cloudInit: 1 }));
    assert.equal(status, 1);
    assert.match(stderr, /did not end within 1 s/);
    assert.match(stderr, /Timeout was reached/);
  });

  it('fails with the nodes and the journal when none becomes Ready, also when K3s does not answer', () => {
    for (const nodes of [NOT_READY, '']) {
      host({ nodes });
      const { status, stdout, stderr } = ssh(kubeconfigScript(SHORT));
      assert.equal(status, 1);
      assert.equal(stdout, '');
      assert.match(stderr, /0 of 1 nodes were Ready after 3 s/);
      assert.ok(stderr.includes(nodes));
      assert.match(stderr, /starting K3s/);
    }
  });

  it('waits for the agents', () => {
    host({ nodes: READY, later: READY + READY.replace('-10 ', '-11 ') });
    const { status, stdout } = ssh(readyScript(NODES, SHORT));
    assert.equal(status, 0);
    assert.match(stdout, /-11 .*Ready/);
    host({ nodes: READY });
    assert.match(ssh(readyScript(NODES, SHORT)).stderr, /1 of 2 nodes were Ready/);
  });

  it('drains and deletes agents whose hosts go, and no other node', () => {
    host({
      nodes: READY + READY.replace('-10 ', '-11 '),
      agents: 'one 10.60.0.11\ntwo 10.60.0.12\nstrange \n',
    });
    const { status, stderr } = ssh(readyScript(NODES, SHORT));
    assert.equal(status, 0, stderr);
    const deeds = readFileSync(inRoot('deeds'), 'utf8').trim().split('\n');
    assert.deepEqual(
      deeds.filter((deed) => deed.startsWith('kubectl')).map((deed) => deed.split(' ').slice(0, 4).join(' ')),
      ['kubectl drain two --ignore-daemonsets', 'kubectl delete node two'],
    );
  });

  it('grows the file system to its volume, also where only the partition has grown', () => {
    const growth = (parts: Parameters<typeof host>[0]) => {
      host({ nodes: READY + READY.replace('-10 ', '-11 '), ...parts });
      const { status, stderr } = ssh(readyScript(NODES, SHORT));
      assert.equal(status, parts.growpart === 'exit 2' ? 1 : 0, stderr);
      return readFileSync(inRoot('deeds'), 'utf8').trim().split('\n');
    };
    const both = ['growpart /dev/nvme0n1 1', 'resize2fs /dev/nvme0n1p1'];
    assert.deepEqual(growth({ growpart: 'exit 0' }), both);
    assert.deepEqual(growth({ growpart: 'exit 1' }), both, 'NOCHANGE is no failure');
    assert.deepEqual(growth({ growpart: 'exit 2' }), both.slice(0, 1), 'a failure is one');
    // A root that lsblk does not know is left alone.
    assert.deepEqual(growth({ growpart: 'exit 0', disk: '' }), ['']);
  });

  it('refuses a wrong key', () => {
    host({});
    const { status, stdout, stderr } = ssh(kubeconfigScript(SHORT), { key: 'stranger' });
    assert.equal(status, 255);
    assert.equal(stdout, '');
    assert.match(stderr, /Permission denied \(publickey\)/);
  });

  it('tells nothing to a host with another key', () => {
    host({});
    const { status, stdout, stderr } = ssh(kubeconfigScript(SHORT), { hostKey: 'other-host' });
    assert.equal(status, 255);
    assert.equal(stdout, '');
    assert.match(stderr, /Host key verification failed/);
  });

  it('does not hang at a dead host: one that refuses, and one that never says a word', async () => {
    const refused = ssh(kubeconfigScript(SHORT), { port: await closedPort() });
    assert.equal(refused.status, 255);
    assert.match(refused.stderr, /Connection refused/);

    const silent = createServer();
    const silentPort = await listenLocally(silent);
    const timedOut = ssh(kubeconfigScript(SHORT), { port: silentPort });
    silent.close();
    assert.equal(timedOut.status, 255);
    assert.match(timedOut.stderr, /timed out/);
  });
});

/** The host's tools, in its folder. `k3s kubectl get nodes` answers from another file at the third look. */
function playedTools(root: string): Record<string, string> {
  return {
    sudo: `for argument; do
  shift
  case $argument in /var/log/* | /etc/rancher/*) argument="${root}$argument" ;; esac
  set -- "$@" "$argument"
done
exec "$@"
`,
    'cloud-init': `[ "$*" = "status --wait" ] || exit 64
. ${root}/cloud-init.sh
`,
    // Never the machine's own: this test may run as root.
    growpart: `echo "growpart $*" >> ${root}/deeds
. ${root}/growpart.sh
`,
    resize2fs: `echo "resize2fs $*" >> ${root}/deeds
`,
    findmnt: 'echo /dev/nvme0n1p1\n',
    lsblk: `[ -s ${root}/disk ] && cat ${root}/disk
`,
    openssl: `[ "$3" = -checkend ] && [ "$(cat ${root}/login-days)" -ge "$(($4 / 86400))" ]
`,
    systemctl: `echo "systemctl $*" >> ${root}/deeds
`,
    k3s: `case "$*" in
"kubectl get nodes --selector"*) exec cat ${root}/agents ;;
"kubectl get nodes"*) ;;
"kubectl drain "* | "kubectl delete node "*) echo "$*" >> ${root}/deeds; exit ;;
*) exit 64 ;;
esac
printf x >> ${root}/looks
[ "$(wc -c < ${root}/looks)" -lt 3 ] || cp ${root}/nodes-later ${root}/nodes
cat ${root}/nodes
`,
    journalctl: `case "$*" in *"--unit k3s "*) echo "k3s[1]: starting K3s" ;; *) exit 64 ;; esac
`,
  };
}
