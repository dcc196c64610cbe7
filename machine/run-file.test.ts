import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Refusal } from './errors';
import { currentProcess, identifyProcess, isAlive, isRunning, parsePsLine } from './process-identity';
import { claimRun, findRun, parseRunState, type RunState } from './run-file';

const details = {
  portOffset: 0,
  urls: { frontend: 'http://127.0.0.1:8018' },
  databaseUrls: { superuser: 'a', shop_app: 'b', conductor: 'c' },
  redis: { url: 'redis://127.0.0.1:16379', kind: 'stand-in' },
  adminToken: 'token',
  otlp: { url: 'http://127.0.0.1:8021', token: 'of-the-run' },
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

/** A process that claims on command, says what came of it, and lives on. */
function claimer() {
  const script = `
    const { claimRun } = require(${JSON.stringify(path.join(__dirname, 'run-file.js'))});
    process.once('message', ({ folder, details }) => claimRun(folder, details).then(
      () => process.send('held'),
      (error) => process.send(error.name === 'Refusal' ? 'refused' : String(error)),
    ));
    setInterval(() => {}, 1000);
    process.send('ready');`;
  return spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
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

  const find = (): RunState | null => findRun(folder, ['frontend']);
  /** A file as a runner left it that was killed. */
  const left = (children: RunState['children'] = []): void => {
    const state: RunState = {
      version: 1,
      runner: { name: 'runner', pid: 2 ** 22 + 1, startedAt: 'gone' },
      state: 'ready',
      startedAt: 1,
      ...details,
      children,
    };
    writeFileSync(file, JSON.stringify(state));
  };

  it('is claimed once, readable by its owner alone', async () => {
    assert.equal((await claimRun(folder, details)).predecessor, null);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(find()?.runner.pid, process.pid);
  });

  it('refuses a second runner while the first lives, and says who runs', async () => {
    await claimRun(folder, details);
    await assert.rejects(claimRun(folder, details), (error: unknown) => {
      assert.ok(error instanceof Refusal);
      assert.match(
        error.message,
        new RegExp(`process ${String(process.pid)}, since .*http://127\\.0\\.0\\.1:8018`),
      );
      assert.match(error.message, /--data DIR --port-offset/);
      return true;
    });
    assert.equal(find()?.runner.pid, process.pid, 'the first still holds it');
  });

  for (const [what, before] of [
    [
      'of a dead runner',
      (): void => {
        left();
      },
    ],
    [
      'that is not whole',
      () => {
        writeFileSync(file, '{"version":1,"runner":{"pi');
      },
    ],
    ['that is not there', () => undefined],
  ] as const) {
    it(`lets exactly one of several processes at once take a file ${what}`, async () => {
      before();
      const children = [1, 2, 3, 4].map(() => claimer());
      try {
        await Promise.all(children.map((child) => once(child, 'message')));
        const answers = children.map((child) => once(child, 'message'));
        for (const child of children) child.send({ folder, details });
        const said = (await Promise.all(answers)).map(([answer]: unknown[]) => answer);
        assert.deepEqual(said.toSorted(), ['held', 'refused', 'refused', 'refused']);
        const holder = children[said.indexOf('held')];
        assert.equal(find()?.runner.pid, holder?.pid);
        assert.deepEqual(readdirSync(folder), ['run.json'], 'nothing is left beside it');
      } finally {
        for (const child of children) child.kill('SIGKILL');
      }
    });
  }

  it('takes over after another one died while it took over', async () => {
    left();
    const text = readFileSync(file, 'utf8');
    const mark = createHash('sha256').update(text).digest('hex').slice(0, 12);
    writeFileSync(`${file}.${mark}.takeover`, JSON.stringify({ pid: 2 ** 22 + 2, startedAt: 'gone' }));
    await claimRun(folder, details);
    assert.equal(find()?.runner.pid, process.pid);
  });

  it('takes over from a killed runner and ends exactly what that one left', async () => {
    const [orphan, stranger] = await Promise.all([sleeper(), sleeper()]);
    left([
      { name: 'cart', pid: orphan.pid, startedAt: orphan.startedAt },
      // A later process got the pid of an old child: its start tells.
      { name: 'payment', pid: stranger.pid, startedAt: 'another time' },
      // Nobody knows when it started: it is left alone.
      { name: 'ads', pid: stranger.pid, startedAt: null },
    ]);
    const { predecessor } = await claimRun(folder, details);
    assert.deepEqual(predecessor?.ended, ['cart']);
    await orphan.gone;
    assert.equal(isRunning(stranger), true);
    process.kill(stranger.pid, 'SIGKILL');
    await stranger.gone;
    assert.deepEqual(find()?.children, []);
  });

  it('takes a pid that was given to another process for a dead runner', async () => {
    left();
    const state = JSON.parse(readFileSync(file, 'utf8')) as RunState;
    writeFileSync(
      file,
      JSON.stringify({ ...state, runner: { ...state.runner, pid: process.pid, startedAt: 'long ago' } }),
    );
    assert.equal(find(), null);
    assert.notEqual((await claimRun(folder, details)).predecessor, null);
  });

  it('keeps the newest process of each name, and an earlier one for as long as it runs', async () => {
    const { record } = await claimRun(folder, details);
    const sleepers = [await sleeper(), await sleeper(), await sleeper()] as const;
    const [first, second, third] = sleepers;
    const stored = (): number[] => find()?.children.map(({ pid }) => pid) ?? [];
    try {
      record.addChild('cart', first.pid);
      process.kill(first.pid, 'SIGKILL');
      await first.gone;
      record.addChild('cart', second.pid);
      assert.deepEqual(find()?.children, [{ name: 'cart', pid: second.pid, startedAt: second.startedAt }]);
      record.addChild('cart', third.pid);
      assert.deepEqual(stored(), [second.pid, third.pid]);
      record.dropChild(second.pid);
      record.update({ state: 'ready' });
      assert.deepEqual(stored(), [third.pid]);
      assert.equal(find()?.state, 'ready');
    } finally {
      for (const { pid } of sleepers) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    }
    await Promise.all(sleepers.map(({ gone }) => gone));
    assert.equal(isRunning(second), false);
    record.remove();
    assert.equal(find(), null);
  });

  it('counts as none when it is not whole, of another version, or does not tell a service', async () => {
    await claimRun(folder, details);
    const text = readFileSync(file, 'utf8');
    const whole = JSON.parse(text) as Record<string, unknown>;
    assert.equal(parseRunState(text)?.adminToken, 'token');
    assert.equal(findRun(folder, ['cart']), null);
    assert.equal(parseRunState(text.slice(0, -10)), null);
    for (const broken of [
      { version: 2 },
      { state: 'what' },
      { urls: { frontend: 8018 } },
      { children: [{ name: 'cart' }] },
      { databaseUrls: { superuser: 'a' } },
    ]) {
      assert.equal(parseRunState(JSON.stringify({ ...whole, ...broken })), null, JSON.stringify(broken));
    }
  });
});

describe('the identity of a process', () => {
  it('tells a process that runs from one that does not', async () => {
    const other = await sleeper();
    assert.equal(isAlive(other.pid), true);
    assert.equal(isRunning({ pid: other.pid, startedAt: null }), true, 'its pid must do');
    assert.equal(isRunning({ ...other, startedAt: 'another time' }), false);
    process.kill(other.pid, 'SIGKILL');
    await other.gone;
    assert.equal(isAlive(other.pid), false);
    assert.equal(isRunning({ pid: other.pid, startedAt: null }), false);
    assert.equal(isRunning(currentProcess()), true);
  });

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
