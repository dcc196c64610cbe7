import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { mayInterrupt } from './control';
import { healLeftOpen } from '../outage/heal-left-open';
import {
  describeIntent,
  livenessOf,
  newIntent,
  parsePrivateIntent,
  parseSharedIntent,
  privateText,
  sharedText,
  type Intent,
} from './intent';
import { ClusterIntent } from './intent-cluster';
import { IntentFile } from './intent-file';
import type { Target } from '../target/target';

const folder = mkdtempSync(path.join(tmpdir(), 'demo-intent-'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});
const mine = (): Intent => newIntent('override', new Date(Date.now() + 60_000));

describe('an intent', () => {
  it('is claimed by one: the second learns who holds it', async () => {
    const store = new IntentFile(path.join(folder, 'made', 'when', 'needed'));
    assert.equal(await store.read(), null);
    const first = mine();
    assert.equal(await store.claim(first), null);
    const second = await store.claim({ ...mine(), pid: 1 });
    assert.deepEqual(second, first);
    await store.update({ ...first, state: 'open', runId: 'r' });
    assert.equal((await store.read())?.runId, 'r');
    await store.clear();
    await store.clear();
    assert.equal(await store.claim(mine()), null);
  });

  it('of a runner that ends while it is looked for was not left open', async () => {
    const dead = { ...mine(), processStartedAt: 'Thu Jan  1 00:00:00 1970', state: 'open' as const };
    const answers = [dead, null];
    const target = {
      intents: {
        read: () => Promise.resolve(answers.shift() ?? null),
        clear: () => Promise.reject(new Error('there is nothing to clear')),
      },
    } as unknown as Target;
    const lines: string[] = [];
    const output = { line: (text: string) => lines.push(text) };
    assert.deepEqual(await healLeftOpen(target, { keep: false, output }), {
      found: 'nothing',
    });
    assert.deepEqual(lines, []);
    answers.push(dead, dead);
    const kept = await healLeftOpen(target, { keep: true, output });
    assert.equal(kept.found, 'kept');
  });

  it('is private, and what is none does not block', async () => {
    const store = new IntentFile(folder);
    writeFileSync(path.join(folder, 'intent.json'), '{"version":1');
    assert.equal(await store.read(), null);
    assert.equal(await store.claim(mine()), null);
    assert.equal(statSync(path.join(folder, 'intent.json')).mode & 0o777, 0o600);
    assert.equal((await store.read())?.pid, process.pid);
  });

  it('comes back as it was written', () => {
    const intent: Intent = {
      ...mine(),
      how: 'config',
      state: 'open',
      runId: 'blackfriday-1-5',
      configBefore: 'config:\n  a: 1\n',
    };
    assert.deepEqual(parsePrivateIntent(privateText(intent)), intent);
    for (const broken of ['', '[]', '{}', privateText(intent).replace('"open"', '"what"')])
      assert.equal(parsePrivateIntent(broken), null);
    assert.match(
      describeIntent(intent),
      new RegExp(`run blackfriday-1-5, process ${String(process.pid)} of`),
    );
  });

  it('brings nothing but bounded values by way of a cluster', () => {
    const intent: Intent = { ...mine(), how: 'config', state: 'open', configBefore: 'config: {}\n' };
    assert.doesNotMatch(sharedText(intent), /config: |configBefore|origin/);
    const shared = JSON.parse(sharedText(intent)) as Record<string, unknown>;
    assert.deepEqual(parseSharedIntent(JSON.stringify(shared)), {
      ...intent,
      configBefore: null,
      origin: 'cluster',
    });
    for (const forged of [
      { configBefore: { file: '/home/me/.bashrc', text: 'evil' } },
      { configBefore: 'config: {}' },
      { file: '../x' },
      { origin: 'here' },
      { pid: -1 },
      { pid: 0 },
      { pid: 1.5 },
      { pid: 2 ** 40 },
      { host: 'a\u001b[2Jb' },
      { user: 'me\nAll is well.' },
      { runId: '\u202e' },
      { runId: 'x'.repeat(201) },
      { since: 'yesterday' },
      { endsAt: '9999-01-01T00:00:00.000Z' },
      { version: 1 },
      { how: 'shell' },
    ])
      assert.equal(parseSharedIntent(JSON.stringify({ ...shared, ...forged })), null, JSON.stringify(forged));
    assert.equal(parseSharedIntent(`${JSON.stringify(shared)}${' '.repeat(5000)}`), null, 'oversized');
    for (const none of [null, '', '[]', 'null', '{"__proto__":{}}'])
      assert.equal(parseSharedIntent(none), null);
  });

  it('of a cluster is forged: no file of this machine is written, no process of it ended', async () => {
    const victim = path.join(folder, 'victim');
    writeFileSync(victim, 'mine');
    const lines: string[] = [];
    const output = { line: (text: string) => lines.push(text) };
    let held: string | null = JSON.stringify({
      ...(JSON.parse(sharedText({ ...mine(), how: 'config', state: 'open' })) as object),
      endsAt: '2020-01-01T00:00:00.000Z',
      configBefore: { file: victim, text: 'overwritten' },
    });
    const cluster = {
      readConfig: () => Promise.resolve(held),
      createConfig: () => Promise.resolve(false),
      writeConfig: (_name: string, _key: string, value: string) => {
        held = value;
        return Promise.resolve();
      },
      deleteConfig: () => Promise.resolve(),
    };
    const store = new ClusterIntent(cluster, new IntentFile(path.join(folder, 'other')), output);
    const target = { kind: 'stack', intents: store } as unknown as Target;
    assert.deepEqual(await healLeftOpen(target, { keep: false, output }), {
      found: 'nothing',
    });
    assert.equal(readFileSync(victim, 'utf8'), 'mine');
    assert.match(lines.join('\n'), /ConfigMap demo-run .* is ignored/);
    // The next run replaces it, and keeps the file's text to itself.
    const run: Intent = { ...mine(), how: 'config', state: 'open', configBefore: 'secret: text\n' };
    assert.equal(await store.claim(run), null);
    await store.update(run);
    assert.doesNotMatch(held, /secret/);
    assert.equal((await store.read())?.configBefore, 'secret: text\n');
    // A well-formed one names a process of this machine: it counts until its end, and is never told to end.
    const named = parseSharedIntent(sharedText(mine()));
    assert.ok(named !== null);
    assert.equal(mayInterrupt(named), false);
    assert.equal(mayInterrupt(mine()), true);
    assert.equal(livenessOf(named), 'alive');
    const later = { host: named.host, now: Date.parse(named.endsAt) + 11 * 60_000 };
    assert.equal(livenessOf(named, later), 'dead');
    assert.equal(livenessOf(mine(), later), 'alive', 'a paused run of this machine');
  });

  it("of another machine's live run outranks this machine's stale file, which heals nothing meanwhile", async () => {
    const dead = {
      ...mine(),
      since: '2026-01-01T00:00:00.000Z',
      processStartedAt: 'Thu Jan  1 00:00:00 1970',
    };
    const stale: Intent = { ...dead, how: 'config', state: 'open', configBefore: 'config: {}\n' };
    const file = new IntentFile(path.join(folder, 'stale'));
    await file.update(stale);
    const live: Intent = { ...mine(), host: 'other', state: 'open', runId: 'theirs' };
    let held: string | null = sharedText(live);
    let answers = true;
    const cluster = {
      readConfig: () => (answers ? Promise.resolve(held) : Promise.reject(new Error('no route'))),
      createConfig: () => Promise.resolve(false),
      writeConfig: () => Promise.resolve(),
      deleteConfig: () => Promise.reject(new Error('nothing is to be deleted')),
    };
    const output = { line: () => undefined };
    const store = new ClusterIntent(cluster, file, output);
    const target = { kind: 'stack', intents: store } as unknown as Target;
    const left = await healLeftOpen(target, { keep: false, output });
    assert.equal(left.found === 'running' ? left.intent.runId : left.found, 'theirs');
    // Its own run it knows better than the cluster does.
    held = sharedText(stale);
    assert.equal((await store.read())?.configBefore, 'config: {}\n');
    held = null;
    assert.equal((await store.read())?.configBefore, 'config: {}\n');
    answers = false;
    assert.equal((await store.read())?.configBefore, 'config: {}\n');
  });

  it('lives as long as the very process does; another machine is believed until its end', async () => {
    const intent = mine();
    assert.equal(livenessOf(intent), 'alive');
    assert.equal(
      livenessOf({ ...intent, processStartedAt: 'Thu Jan  1 00:00:00 1970' }),
      'dead',
      'its id again',
    );
    const { pid } = spawnSync(process.execPath, ['-e', '0']);
    assert.equal(livenessOf({ ...intent, pid }), 'dead');
    // sh's child ends, and what sh has become never asks for it.
    const parent = spawn('sh', ['-c', 'true & echo $!; exec sleep 20'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const zombie = { ...intent, pid: Number(line.toString()), processStartedAt: null };
    assert.ok(zombie.pid > 1);
    for (let look = 0; look < 100 && livenessOf(zombie) !== 'dead'; look += 1) await delay(20);
    assert.equal(livenessOf(zombie), 'dead', 'it has ended, but is still listed');
    assert.equal(livenessOf({ ...zombie, pid: parent.pid ?? 0 }), 'alive');
    parent.kill('SIGKILL');
    const elsewhere = { ...intent, host: `${hostname()}-other` };
    assert.equal(livenessOf(elsewhere), 'elsewhere');
    const here = { host: hostname() };
    const end = Date.parse(intent.endsAt);
    assert.equal(livenessOf(elsewhere, { ...here, now: end + 11 * 60_000 }), 'dead');
    assert.notEqual(intent.processStartedAt, null);
  });
});
