import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterEach, describe, it } from 'node:test';
import { EXIT } from './errors';
import { identifyProcess } from './process-identity';

/** A program that waits for its end, tells why it came, and how many lines it still printed. */
const PROGRAM = `
  const { Interruption } = require(${JSON.stringify(require.resolve('./interruption'))});
  const { whenOutputIsLost } = require(${JSON.stringify(require.resolve('./terminal'))});
  const interruption = new Interruption((cause) => {
    try { require('node:fs').writeSync(2, 'ends: ' + cause + '\\n'); } catch {}
    if (process.env.AFTERWARDS === 'wait') return;
    process.exit(7);
  });
  interruption.listen(() => true);
  whenOutputIsLost((why) => interruption.request('output: ' + why));
  const kept = setInterval(() => {}, 1000);
  process.on('SIGUSR2', () => { console.log('a line'); });
  process.on('SIGALRM', () => { setImmediate(() => { throw new Error('nobody catches me'); }); });
  require('node:fs').writeSync(2, 'up ' + process.pid + '\\n');
`;

describe('an interruption', () => {
  let children: ChildProcess[] = [];
  let pids: number[] = [];
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    for (const pid of pids) if (identifyProcess(pid) !== null) process.kill(pid, 'SIGKILL');
    children = [];
    pids = [];
  });

  /** Starts a command, and gives what it says on standard error line by line. */
  function start(
    command: string,
    args: string[],
    env: NodeJS.ProcessEnv = {},
  ): { child: ChildProcess; said: () => Promise<string>; ended: Promise<number | null> } {
    const child = spawn(command, args, {
      env: { PATH: process.env.PATH, PROGRAM, NODE: process.execPath, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    const lines = createInterface({ input: child.stderr })[Symbol.asyncIterator]();
    return {
      child,
      said: async () => {
        const { value, done } = await lines.next();
        assert.ok(done !== true, 'it has nothing more to say');
        return value;
      },
      ended: new Promise((resolve) => child.once('exit', resolve)),
    };
  }

  async function up(said: () => Promise<string>): Promise<number> {
    const pid = Number(/^up (\d+)$/.exec(await said())?.[1]);
    assert.ok(pid > 0);
    pids.push(pid);
    return pid;
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`comes with ${signal}`, async () => {
      const { said, ended } = start(process.execPath, ['-e', PROGRAM]);
      process.kill(await up(said), signal);
      assert.equal(await said(), `ends: ${signal}`);
      assert.equal(await ended, 7);
    });
  }

  it('comes when the reader of the output goes away', async () => {
    const { child, said, ended } = start(process.execPath, ['-e', PROGRAM]);
    const pid = await up(said);
    child.stdout?.destroy();
    process.kill(pid, 'SIGUSR2');
    assert.match(await said(), /^ends: output: .*EPIPE/);
    assert.equal(await ended, 7);
  });

  it('comes with an error that nobody caught, and says which', async () => {
    const { said } = start(process.execPath, ['-e', PROGRAM]);
    process.kill(await up(said), 'SIGALRM');
    const lines: string[] = [];
    while (!lines.some((line) => line.startsWith('ends: '))) lines.push(await said());
    assert.match(lines[0] ?? '', /^Error: nobody catches me/);
    assert.equal(lines.at(-1), 'ends: an error: nobody catches me');
  });

  it('does not run in circles when standard error is lost as well', async () => {
    const { child, said, ended } = start(process.execPath, ['-e', PROGRAM]);
    const pid = await up(said);
    child.stderr?.destroy();
    process.kill(pid, 'SIGALRM');
    assert.equal(await ended, 7);
  });

  it('does not come with a hang-up under nohup', async () => {
    const { child, said, ended } = start('nohup', [process.execPath, '-e', PROGRAM], {
      // As every shell sets it for what it runs.
      _: '/usr/bin/nohup',
    });
    const pid = await up(said);
    process.kill(pid, 'SIGHUP');
    process.kill(pid, 'SIGTERM');
    assert.equal(await said(), 'ends: SIGTERM');
    assert.equal(await ended, 7);
    assert.equal(child.signalCode, null);
  });

  // As npm runs a script: in a shell, and under a title of its own.
  const NPM = `
    process.title = 'npm start';
    require('node:child_process').spawn('sh', ['-c', '"$NODE" -e "$PROGRAM"; exit $?'], { stdio: 'inherit' });
  `;

  it('comes when the npm between is killed alone', async () => {
    const { child, said } = start(process.execPath, ['-e', NPM]);
    await up(said);
    child.kill('SIGKILL');
    assert.equal(await said(), 'ends: npm, which started this, ended');
  });

  it('does not come when a hang-up ended that npm under nohup', async () => {
    const { child, said } = start('nohup', [process.execPath, '-e', NPM], { _: '/usr/bin/nohup' });
    const pid = await up(said);
    child.kill('SIGHUP');
    process.kill(pid, 'SIGHUP');
    process.kill(pid, 'SIGTERM');
    assert.equal(await said(), 'ends: SIGTERM');
  });

  it('lets a second signal end at once, but not the copy of the first that npm passes on', async () => {
    const { said, ended } = start(process.execPath, ['-e', PROGRAM], { AFTERWARDS: 'wait' });
    const pid = await up(said);
    process.kill(pid, 'SIGINT');
    assert.equal(await said(), 'ends: SIGINT');
    process.kill(pid, 'SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 800));
    assert.notEqual(identifyProcess(pid), null, 'it was no second wish');
    process.kill(pid, 'SIGINT');
    assert.equal(await ended, EXIT.interrupted);
  });
});
