import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { closedPort, serving } from '../../test/mocks/servers';

/** Systems Manager, as the AWS CLI shows it: knows the instance, and the command, only when asked again. */
const PLAYED_AWS = `
const { spawnSync } = require('node:child_process');
const { appendFileSync, existsSync, readFileSync, writeFileSync } = require('node:fs');
const folder = __dirname;
const [, action, ...args] = process.argv.slice(2);
const option = (name) => args[args.indexOf(name) + 1];
appendFileSync(folder + '/asked', action + ' ' + process.env.AWS_PROFILE + '\\n');
const again = (name, error) => {
  if (existsSync(folder + '/' + name)) return;
  writeFileSync(folder + '/' + name, '');
  console.error('An error occurred (' + error + ') when calling it');
  process.exit(254);
};
if (existsSync(folder + '/refuses')) {
  console.error('An error occurred (AccessDeniedException) when calling it');
  process.exit(254);
}
if (action === 'send-command') {
  if (existsSync(folder + '/unknown')) rmKnown();
  again('known', 'InvalidInstanceId');
  const [script] = JSON.parse(option('--parameters')).commands;
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
  const done = { Status: status === 0 ? 'Success' : 'Failed', StandardOutputContent: stdout, StandardErrorContent: stderr };
  writeFileSync(folder + '/done', JSON.stringify(done));
  console.log(JSON.stringify({ Command: { CommandId: 'of ' + option('--instance-ids') } }));
} else {
  if (option('--command-id') !== 'of i-1') process.exit(64);
  again('listed', 'InvocationDoesNotExist');
  const running = !existsSync(folder + '/running');
  writeFileSync(folder + '/running', '');
  console.log(running ? '{"Status":"InProgress"}' : readFileSync(folder + '/done', 'utf8'));
}
function rmKnown() {
  require('node:fs').rmSync(folder + '/known', { force: true });
}
`;

describe('a script on a host by Systems Manager', () => {
  let folder: string;
  const at = (name: string) => path.join(folder, name);
  const folders: string[] = [];
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'run-command-'));
    folders.push(folder);
    writeFileSync(at('aws.js'), PLAYED_AWS);
    // A first line `#!` holds no path with spaces.
    writeFileSync(at('aws'), `#!/bin/sh\nexec "${process.execPath}" "${at('aws.js')}" "$@"\n`);
    chmodSync(at('aws'), 0o755);
  });
  after(() => {
    for (const made of folders) rmSync(made, { recursive: true });
  });

  /** Runs the program as the engine does, on this script. */
  function run(script: string, environment: NodeJS.ProcessEnv = {}) {
    const child = spawn(process.execPath, ['infra/host/run-command.mjs'], {
      env: {
        PATH: `${folder}:/usr/bin:/bin`,
        AWS_PROFILE: 'demo',
        HOST_INSTANCE: 'i-1',
        HOST_WAIT_MS: '20',
        ...environment,
      },
    });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (data: Buffer) => (said.stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (said.stderr += data.toString()));
    child.stdin.end(script);
    return new Promise<typeof said & { status: number | null }>((resolve) => {
      child.on('close', (status) => {
        resolve({ ...said, status });
      });
    });
  }

  const LONG = { HOST_WAIT_MS: '20000' };

  it('comes back with its output alone, once the host and the command are known', async () => {
    const { status, stdout, stderr } = await run('echo "quoted $((1 + 1))"; echo seen >&2\n', LONG);
    assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: 'quoted 2\n', stderr: 'seen\n' });
    const asked = readFileSync(at('asked'), 'utf8').trim().split('\n');
    assert.deepEqual(
      asked.map((line) => line.split(' ')[0]),
      [...Array<string>(2).fill('send-command'), ...Array<string>(3).fill('get-command-invocation')],
    );
    assert.ok(asked.every((line) => line.endsWith(' demo')));
  });

  it('fails with what the script said', async () => {
    const { status, stdout, stderr } = await run('echo half; echo why >&2; exit 3', LONG);
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(stderr, /^why\nthe script on i-1 ended: Failed$/m);
  });

  it('says what a host lacks that Systems Manager does not get to know', async () => {
    writeFileSync(at('unknown'), '');
    const { status, stderr } = await run('true');
    assert.equal(status, 1);
    assert.match(stderr, /does not know i-1: its role needs AmazonSSMManagedInstanceCore/);
  });

  it('says what AWS refuses, and that there is no AWS CLI, at once', async () => {
    writeFileSync(at('refuses'), '');
    assert.match((await run('true', LONG)).stderr, /^aws ssm send-command: .*AccessDeniedException/);
    assert.equal(readFileSync(at('asked'), 'utf8').split('\n').length, 2, 'it asked once');
    assert.match(
      (await run('true', { ...LONG, PATH: at('none') })).stderr,
      /^hostAccess ssm needs the AWS CLI/,
    );
  });

  it('waits until the port is forwarded, and says by which command', async () => {
    const port = String(await closedPort());
    const waited = await run('echo kubeconfig', {
      HOST_TUNNEL: port,
      HOST_STACK: 'dev',
      // Long enough for the calls of a busy machine.
      HOST_WAIT_MS: '3000',
    });
    assert.deepEqual([waited.status, waited.stdout], [1, '']);
    assert.match(
      waited.stderr,
      /waiting for port \d+ here: in another terminal, npm run tunnel -- --stack dev\nnothing forwards port/,
    );
    assert.ok(existsSync(at('done')), 'the script ran first');
    await serving(createServer(), async (open) => {
      const { status, stderr } = await run('true', { ...LONG, HOST_TUNNEL: String(open), HOST_STACK: 'dev' });
      assert.deepEqual([status, stderr], [0, '']);
    });
  });
});
