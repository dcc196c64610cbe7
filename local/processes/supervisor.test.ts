import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { identifyProcess } from '../../machine/process-identity';
import { RunRecord } from '../../machine/run-file';
import { scriptProcess } from '../../test/mocks/processes';
import { SILENT } from '../../test/mocks/reporter';
import { Supervisor } from './supervisor';

/** A disk without room, as writing `run.json` meets it. */
class FullDisk extends RunRecord {
  override update(): void {
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  }
}

describe('the supervisor', () => {
  let folder: string;
  let problems: string[];
  const reporter = { ...SILENT, problem: (text: string) => void problems.push(text) };

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'supervisor-'));
    problems = [];
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const spec = (script: string) => scriptProcess(folder, script);

  it('ends a process that it could not write down', async () => {
    const record = new FullDisk(path.join(folder, 'run.json'), {} as never);
    record.addChild = () => {
      record.update();
    };
    const supervisor = new Supervisor(record, reporter, new Set());
    assert.throws(() => supervisor.start(spec('setInterval(() => {}, 1000)')), /ENOSPC/);
    const pid = supervisor.running()[0]?.pid ?? 0;
    assert.notEqual(identifyProcess(pid), null);
    await supervisor.stop();
    assert.equal(identifyProcess(pid), null);
  });

  it('lets nothing outlive its own process, however that ends', async () => {
    const program = `
      const { Supervisor } = require(${JSON.stringify(require.resolve('./supervisor'))});
      const { SILENT } = require(${JSON.stringify(require.resolve('../../test/mocks/reporter'))});
      const supervisor = new Supervisor({ addChild: (name, pid) => console.log(pid) }, SILENT, new Set());
      supervisor.start({ ...JSON.parse(process.env.SPEC), env: process.env });
      process.stdin.once('data', () => { throw new Error('a fault of ours'); });
    `;
    const runner = spawn(process.execPath, ['-e', program], {
      env: { PATH: process.env.PATH, SPEC: JSON.stringify(spec('setInterval(() => {}, 1000)')) },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const [line] = (await once(createInterface({ input: runner.stdout }), 'line')) as [string];
    assert.notEqual(identifyProcess(Number(line)), null);
    runner.stdin.write('now\n');
    await once(runner, 'exit');
    while (identifyProcess(Number(line)) !== null) await turn();
  });

  it('puts a process in the place of another one, which ends when the new one serves, and ends both when asked to', async () => {
    const record = new RunRecord(path.join(folder, 'run.json'), { children: [] } as never);
    const supervisor = new Supervisor(record, reporter, new Set());
    const script = 'setInterval(() => {}, 1000)';
    const children = (): number[] =>
      (
        JSON.parse(readFileSync(path.join(folder, 'run.json'), 'utf8')) as { children: { pid: number }[] }
      ).children.map(({ pid }) => pid);
    const old = supervisor.start(spec(script)).pid ?? 0;
    let both: number[] = [];
    const beside = true;
    const takesOver = (): Promise<void> => {
      both = supervisor.running().map(({ pid }) => pid);
      assert.ok(both.includes(old) && identifyProcess(old) !== null, 'it goes on meanwhile');
      assert.deepEqual(children().sort(), [...both].sort(), 'whoever finds a killed runner ends both');
      return Promise.resolve();
    };
    await supervisor.replace(spec(script), takesOver, beside);
    assert.equal(both.length, 2);
    assert.equal(identifyProcess(old), null);
    assert.deepEqual(
      children(),
      both.filter((pid) => pid !== old),
    );
    // The third never serves: everything is ended all the same.
    const { promise: served, resolve: serve } = Promise.withResolvers<undefined>();
    const rolling = supervisor.replace(spec(script), () => served, beside);
    const running = supervisor.running().map(({ pid }) => pid);
    assert.equal(running.length, 2);
    await supervisor.stop();
    for (const pid of running) assert.equal(identifyProcess(pid), null);
    serve(undefined);
    await rolling;
  });

  it('quotes the error of a process that ended, not its last line', async () => {
    const record = new RunRecord(path.join(folder, 'run.json'), {} as never);
    record.addChild = () => undefined;
    const supervisor = new Supervisor(record, reporter, new Set());
    const script = path.join(folder, 'fails.js');
    writeFileSync(script, 'throw new Error("listen EADDRINUSE 127.0.0.1:8011")');
    supervisor.start({ ...spec(''), args: [script] });
    while (problems.length === 0) await turn();
    await supervisor.stop();
    assert.match(
      problems[0] ?? '',
      /child ended \(exit code 1\)[^]*Error: listen EADDRINUSE 127\.0\.0\.1:8011/,
    );
  });
});
