import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { identifyProcess } from '../../machine/process-identity';
import { scriptProcess } from '../../test/mocks/processes';
import { SupervisedProcess, type Crash, type ProcessSpec } from './supervised-process';

describe('a supervised process', () => {
  let folder: string;
  let crashes: Crash[];
  let pids: number[];
  let looked: number;
  let supervised: SupervisedProcess | null;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'supervised-'));
    crashes = [];
    pids = [];
    looked = 0;
    supervised = null;
  });
  afterEach(() => {
    supervised?.kill();
    rmSync(folder, { recursive: true });
  });

  function start(script: string, change: Partial<ProcessSpec> = {}): SupervisedProcess {
    supervised = new SupervisedProcess(
      { ...scriptProcess(folder, script), ...change },
      {
        spawned: (_name, pid) => pids.push(pid),
        crashed: (crash) => crashes.push(crash),
      },
    );
    supervised.start();
    return supervised;
  }

  /** The next crash that was not looked at yet. */
  async function nextCrash(): Promise<Crash> {
    for (;;) {
      const crash = crashes[looked];
      if (crash !== undefined) {
        looked += 1;
        return crash;
      }
      await turn();
    }
  }

  /** Waits until the child has written this and nothing else. */
  async function logged(child: SupervisedProcess, text: string): Promise<void> {
    while (readFileSync(child.spec.logFile, 'utf8') !== text) await turn();
  }

  it('comes back after a crash, later each time, and tells its last words', async (context) => {
    // Only the pauses are virtual: the processes are real.
    context.mock.timers.enable({ apis: ['setTimeout'] });
    start('console.error("no database"); process.exit(3)');
    for (const pauseMs of [500, 1000, 2000]) {
      const { reason, error, restartInMs } = await nextCrash();
      assert.deepEqual([reason, error, restartInMs], ['exit code 3', 'no database', pauseMs]);
      const spawned = pids.length;
      context.mock.timers.tick(pauseMs - 1);
      await turn();
      assert.equal(pids.length, spawned, 'the pause is not over');
      context.mock.timers.tick(1);
      await turn();
      assert.equal(pids.length, spawned + 1);
    }
  });

  it('comes back with a new pid after a kill, which has no last words', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    await logged(start('console.log("listens"); setInterval(() => {}, 1000)'), 'listens\n');
    process.kill(pids[0] ?? 0, 'SIGKILL');
    const { reason, error } = await nextCrash();
    assert.deepEqual([reason, error], ['signal SIGKILL', null], 'what it said last is no reason');
    context.mock.timers.tick(500);
    await turn();
    assert.equal(pids.length, 2);
    assert.equal(identifyProcess(pids[0] ?? 0), null);
    assert.notEqual(identifyProcess(pids[1] ?? 0), null);
  });

  it('ends at the asking, and does not come back', async (context) => {
    const child = start(
      'process.on("SIGTERM", () => { console.log("bye"); process.exit(0) }); console.log("up"); setInterval(() => {}, 1000)',
    );
    await logged(child, 'up\n');
    context.mock.timers.enable({ apis: ['setTimeout'] });
    await child.stop(5000);
    assert.equal(readFileSync(child.spec.logFile, 'utf8'), 'up\nbye\n');
    context.mock.timers.tick(60_000);
    await turn();
    assert.equal(pids.length, 1);
    assert.equal(crashes.length, 0);
  });

  it('is ended when it does not listen, and not before its grace is over', async (context) => {
    const child = start(
      'process.on("SIGTERM", () => { console.log("no") }); console.log("up"); setInterval(() => {}, 1000)',
    );
    await logged(child, 'up\n');
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const stopped = child.stop(300);
    context.mock.timers.tick(299);
    await logged(child, 'up\nno\n');
    assert.notEqual(identifyProcess(pids[0] ?? 0), null, 'it was asked, and lives');
    context.mock.timers.tick(1);
    await stopped;
    assert.equal(identifyProcess(pids[0] ?? 0), null);
  });

  it('tells a program that cannot be started', async () => {
    start('', { command: '/no/such/program' });
    assert.match((await nextCrash()).reason, /could not be started: .*ENOENT/);
  });
});
