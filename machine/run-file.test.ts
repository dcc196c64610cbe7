import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Refusal } from './errors';
import { identifyProcess, isRunning, parsePsLine } from './process-identity';
import { RunRecord, claimRun, newRunState, readRunState, type RunState } from './run-file';

const details = {
  portOffset: 0,
  urls: { frontend: 'http://127.0.0.1:8018' },
  databaseUrls: { superuser: 'a', shop_app: 'b', conductor: 'c' },
  redis: { url: 'redis://127.0.0.1:16379', kind: 'stand-in' },
  adminToken: 'token',
};

/** A process that ignores nothing and lives until it is ended. */
async function sleeper(): Promise<{ pid: number; startedAt: string; gone: Promise<unknown> }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log("up")'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const gone = once(child, 'exit');
  await once(child.stdout, 'data');
  assert.ok(child.pid !== undefined);
  const identity = identifyProcess(child.pid);
  assert.ok(identity);
  return { pid: identity.pid, startedAt: identity.startedAt, gone };
}

describe('run.json', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'run-state-'));
    file = path.join(folder, 'run.json');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('is claimed once, readable by its owner alone', async () => {
    assert.equal(await claimRun(file, folder, newRunState(details)), null);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(readRunState(file)?.runner.pid, process.pid);
  });

  it('refuses a second runner while the first lives, and says who runs', async () => {
    await claimRun(file, folder, newRunState(details));
    await assert.rejects(claimRun(file, folder, newRunState(details)), (error: unknown) => {
      assert.ok(error instanceof Refusal);
      assert.match(
        error.message,
        new RegExp(`process ${String(process.pid)}, since .*http://127\\.0\\.0\\.1:8018`),
      );
      assert.match(error.message, /--data DIR --port-offset/);
      return true;
    });
    assert.equal(readRunState(file)?.runner.pid, process.pid, 'the first still holds it');
  });

  it('lets exactly one of several at once in', async () => {
    writeFileSync(file, JSON.stringify(dead(newRunState(details))));
    const claims = await Promise.allSettled(
      [1, 2, 3].map(() => claimRun(file, folder, newRunState(details))),
    );
    assert.equal(claims.filter(({ status }) => status === 'fulfilled').length, 1);
  });

  it('takes over from a killed runner and ends exactly what that one left', async () => {
    const [orphan, stranger] = await Promise.all([sleeper(), sleeper()]);
    const state = dead(newRunState(details));
    state.children = [
      { name: 'cart', pid: orphan.pid, startedAt: orphan.startedAt },
      // A later process got the pid of an old child: its start tells.
      { name: 'payment', pid: stranger.pid, startedAt: 'another time' },
    ];
    writeFileSync(file, JSON.stringify(state));
    const predecessor = await claimRun(file, folder, newRunState(details));
    assert.deepEqual(predecessor?.ended, ['cart']);
    await orphan.gone;
    assert.equal(isRunning(stranger), true);
    process.kill(stranger.pid, 'SIGKILL');
    await stranger.gone;
    assert.equal(readRunState(file)?.runner.pid, process.pid);
  });

  it('takes a pid that was given to another process for a dead runner', async () => {
    const state = newRunState(details);
    state.runner.startedAt = 'long ago';
    writeFileSync(file, JSON.stringify(state));
    assert.notEqual(await claimRun(file, folder, newRunState(details)), null);
  });

  it('takes over a file that is not whole', async () => {
    writeFileSync(file, '{"version":1,"runner":{"pi');
    assert.equal(await claimRun(file, folder, newRunState(details)), null);
    assert.equal(readRunState(file)?.adminToken, 'token');
  });

  it('keeps the newest process of each name', async () => {
    const record = new RunRecord(file, newRunState(details));
    const first = await sleeper();
    record.addChild('cart', first.pid);
    const second = await sleeper();
    record.addChild('cart', second.pid);
    record.update({ state: 'ready' });
    const stored = JSON.parse(readFileSync(file, 'utf8')) as RunState;
    assert.deepEqual(stored.children, [{ name: 'cart', pid: second.pid, startedAt: second.startedAt }]);
    assert.equal(stored.state, 'ready');
    for (const { pid } of [first, second]) process.kill(pid, 'SIGKILL');
    await Promise.all([first.gone, second.gone]);
    assert.equal(isRunning(second), false);
  });
});

describe('the identity of a process', () => {
  it('reads a line of ps, as macOS gives it', () => {
    assert.deepEqual(parsePsLine(7, 'S+   Sat Nov  7 09:05:01 2026     /usr/bin/node dist/main.js --x\n'), {
      pid: 7,
      startedAt: 'Sat Nov 7 09:05:01 2026',
      command: '/usr/bin/node dist/main.js --x',
    });
    assert.equal(parsePsLine(7, 'Z    Sat Nov  7 09:05:01 2026     (node)\n'), null);
    assert.equal(parsePsLine(7, ''), null);
  });

  it('reads what ps of this system says of this process, where there is one', (context) => {
    const { stdout, error } = spawnSync('ps', ['-o', 'stat=,lstart=,command=', '-p', String(process.pid)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
    });
    if (error) {
      context.skip('no ps');
      return;
    }
    const identity = parsePsLine(process.pid, stdout);
    assert.match(identity?.command ?? '', /node/);
    assert.ok(!Number.isNaN(Date.parse(identity?.startedAt ?? '')));
  });
});

function dead(state: RunState): RunState {
  return { ...state, runner: { name: 'runner', pid: 2 ** 22 + 1, startedAt: 'gone' } };
}
