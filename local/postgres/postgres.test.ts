import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { isAlive } from '../../machine/process-identity';
import { endOrphanedPostgres } from './postgres';

const SLEEP = 'setInterval(() => {}, 1000)';

describe('a PostgreSQL that is found on the data folder', () => {
  let folder: string;
  let started: ChildProcess[];
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'orphan-'));
    started = [];
  });
  afterEach(() => {
    for (const child of started) child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  /** A process that starts one whose command line is a server's on the folder, tells its pid, and ends or lives on. */
  async function serverOf(script: string, then: string): Promise<{ parent: ChildProcess; pid: number }> {
    const file = path.join(folder, script);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(
      file,
      `const { spawn } = require('node:child_process');
       const child = spawn(process.execPath, ['-e', ${JSON.stringify(SLEEP)}, '--', '-D', ${JSON.stringify(folder)}], { stdio: 'ignore', detached: true });
       child.unref();
       console.log(child.pid);
       ${then}`,
    );
    const parent = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
    started.push(parent);
    const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
    writeFileSync(path.join(folder, 'postmaster.pid'), `${line}\n`);
    return { parent, pid: Number(line) };
  }

  it('is ended where its runner is dead', async () => {
    const { parent, pid } = await serverOf('dist/local/main.js', '');
    if (parent.exitCode === null) await once(parent, 'exit');
    assert.equal(await endOrphanedPostgres(folder), true);
    assert.equal(isAlive(pid), false);
  });

  it('is left alone where its runner lives, whatever became of run.json', async () => {
    const { parent, pid } = await serverOf('dist/local/main.js', SLEEP);
    try {
      await assert.rejects(
        endOrphanedPostgres(folder),
        new RegExp(`already runs with this data folder \\(process ${String(parent.pid)}\\)`),
      );
      assert.equal(isAlive(pid), true);
    } finally {
      process.kill(pid, 'SIGKILL');
    }
  });
});
