import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive } from '../../machine/process-identity';
import { forwardedBy, keepForwarding } from './port-forwarding';

/** The AWS CLI: a session is a child that ignores signals to its parent alone, as the plugin does. */
const PLAYED_AWS = `#!/bin/sh
cd "$(dirname "$0")"
case "$1 $2" in
'ec2 describe-instances') cat hosts ;;
'ssm start-session')
  trap '' INT
  sleep 1000 & echo "$$ $! $4 $8" > "session-$$.new"
  mv "session-$$.new" "session-$$"
  wait ;;
esac
`;

const hosts = (id: string) =>
  JSON.stringify({ Reservations: [{ Instances: [{ InstanceId: id, PrivateIpAddress: '10.60.0.10' }] }] });

describe('ports of a host', () => {
  let folder: string;
  const folders: string[] = [];
  const at = (name: string) => path.join(folder, name);
  const executable = (name: string, text: string) => {
    writeFileSync(at(name), text);
    chmodSync(at(name), 0o755);
  };
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'forwarding-'));
    folders.push(folder);
    executable('aws', PLAYED_AWS);
    executable('session-manager-plugin', '#!/bin/sh\n');
    writeFileSync(at('hosts'), '{"Reservations":[]}');
  });
  after(() => {
    for (const made of folders) rmSync(made, { recursive: true });
  });

  /** Sessions that were opened, with what they forward, in no order. */
  const sessions = () =>
    readdirSync(folder)
      .filter((name) => /^session-\d+$/.test(name))
      .map((name) => {
        const [cli = '', plugin = '', host = '', ...parameters] = readFileSync(at(name), 'utf8')
          .trim()
          .split(' ');
        return { pids: [Number(cli), Number(plugin)], host, parameters: parameters.join(' ') };
      });
  const alive = () => sessions().filter(({ pids }) => pids.some(isAlive));
  const until = async (what: string, holds: () => boolean) => {
    for (let look = 0; !holds(); look += 1) {
      assert.ok(look < 500, what);
      await delay(20);
    }
  };

  function start() {
    const controller = new AbortController();
    const lines: string[] = [];
    const ended = keepForwarding({
      ports: [6443, 30018],
      hostName: 'shop-dev-host-server',
      environment: { ...process.env, PATH: `${folder}:/usr/bin:/bin` },
      signal: controller.signal,
      output: { line: (text: string) => lines.push(text) },
      againMs: 10,
    });
    return { controller, lines, ended };
  }

  it('wait for it, are opened again with another host, and closed with their plugins', async () => {
    const { controller, lines, ended } = start();
    await until('it says that it waits', () => lines.length === 1);
    assert.match(lines[0] ?? '', /Waiting for a running host shop-dev-host-server: pulumi up makes it/);
    writeFileSync(at('hosts'), hosts('i-1'));
    await until('two sessions', () => alive().length === 2);
    assert.deepEqual(
      alive()
        .map(({ parameters }) => JSON.parse(parameters) as unknown)
        .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? 1 : -1)),
      ['6443', '30018'].map((port) => ({
        host: ['10.60.0.10'],
        portNumber: [port],
        localPortNumber: [port],
      })),
    );
    writeFileSync(at('hosts'), hosts('i-2'));
    const [first] = alive();
    process.kill(-(first?.pids[0] ?? 0), 'SIGKILL');
    await until(
      'both to the other host',
      () => alive().length === 2 && alive().every(({ host }) => host === 'i-2'),
    );
    controller.abort();
    await ended;
    await until('no process is left', () => alive().length === 0);
    assert.match(lines.at(-1) ?? '', /Host i-2: ports 6443, 30018 of 127\.0\.0\.1/);
  });

  it('need the AWS CLI and its plugin, and say so', async () => {
    rmSync(at('session-manager-plugin'));
    await assert.rejects(start().ended, /no Session Manager plugin/);
    executable('session-manager-plugin', '#!/bin/sh\n');
    executable('aws', '#!/bin/sh\necho "AccessDenied" >&2\nexit 254\n');
    await assert.rejects(start().ended, /aws ec2 describe-instances: AccessDenied/);
    assert.ok(!existsSync(at('session-1')));
  });

  it("are the stack's, and no others whatever its config says", () => {
    const of = (config: Record<string, string>) =>
      forwardedBy(
        Object.fromEntries(
          Object.entries(config).map(([name, value]) => [`ecommerce-demo:${name}`, { value }] as const),
        ),
      );
    assert.deepEqual(of({}).ports, [6443, 30018, 30020, 30432]);
    assert.deepEqual(of({ nodePorts: '{"shop":"31018"}' }).ports, [6443, 31018, 30020, 30432]);
    assert.equal(of({ region: 'eu-central-1' }).environment.AWS_REGION, 'eu-central-1');
    for (const nodePorts of ['{', '[30018]', '"x"', '{"shop":22}', '{"shop":30018.5}', '{"ssh":30022}'])
      assert.throws(() => of({ nodePorts }), /nodePorts/, nodePorts);
    assert.throws(() => of({ nodePorts: '{"shop":"1e9"}', password: 's3cret' }), /^(?![^]*s3cret)/);
  });
});
