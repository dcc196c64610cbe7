import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { identifyProcess } from '../../machine/process-identity';
import { SupervisedProcess, type Crash, type ProcessSpec } from './supervised-process';

describe('a supervised process', () => {
  let folder: string;
  let crashes: Crash[];
  let pids: number[];
  let supervised: SupervisedProcess | null;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'supervised-'));
    crashes = [];
    pids = [];
    supervised = null;
  });
  afterEach(() => {
    supervised?.kill();
    rmSync(folder, { recursive: true });
  });

  function start(script: string, change: Partial<ProcessSpec> = {}): SupervisedProcess {
    supervised = new SupervisedProcess(
      {
        name: 'child',
        command: process.execPath,
        args: ['-e', script],
        env: process.env,
        cwd: folder,
        user: null,
        logFile: path.join(folder, 'child.log'),
        stopSignal: 'SIGTERM',
        killSignal: 'SIGKILL',
        ...change,
      },
      {
        spawned: (_name, pid) => pids.push(pid),
        crashed: (crash) => crashes.push(crash),
      },
    );
    supervised.start();
    return supervised;
  }

  async function until(test: () => boolean, what: string): Promise<void> {
    const deadline = performance.now() + 8000;
    while (!test()) {
      assert.ok(performance.now() < deadline, what);
      await delay(20);
    }
  }

  it('comes back after a crash, later each time, and tells its last words', async () => {
    start('console.error("no database"); process.exit(3)');
    await until(() => crashes.length === 2, 'two crashes');
    assert.deepEqual(
      crashes.map(({ reason, lines, restartInMs }) => [reason, lines.at(-1), restartInMs]),
      [
        ['exit code 3', 'no database', 500],
        ['exit code 3', 'no database', 1000],
      ],
    );
  });

  it('comes back with a new pid after a kill', async () => {
    start('setInterval(() => {}, 1000)');
    await until(() => pids.length === 1, 'the first');
    process.kill(pids[0] ?? 0, 'SIGKILL');
    await until(() => pids.length === 2, 'the second');
    assert.equal(crashes[0]?.reason, 'signal SIGKILL');
    assert.equal(identifyProcess(pids[0] ?? 0), null);
    assert.notEqual(identifyProcess(pids[1] ?? 0), null);
  });

  it('ends at the asking, and does not come back', async () => {
    const child = start(
      'process.on("SIGTERM", () => { console.log("bye"); process.exit(0) }); console.log("up"); setInterval(() => {}, 1000)',
    );
    await until(() => readFileSync(child.spec.logFile, 'utf8') === 'up\n', 'up');
    await child.stop(5000);
    assert.equal(readFileSync(child.spec.logFile, 'utf8'), 'up\nbye\n');
    await delay(700);
    assert.equal(pids.length, 1);
    assert.equal(crashes.length, 0);
  });

  it('is ended when it does not listen', async () => {
    const child = start('process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)');
    await until(() => readFileSync(child.spec.logFile, 'utf8') === 'up\n', 'up');
    const began = performance.now();
    await child.stop(300);
    assert.ok(performance.now() - began < 2000);
    assert.equal(identifyProcess(pids[0] ?? 0), null);
  });

  it('tells a program that cannot be started', async () => {
    start('', { command: '/no/such/program' });
    await until(() => crashes.length === 1, 'the fault');
    assert.match(crashes[0]?.reason ?? '', /could not be started: .*ENOENT/);
  });
});
