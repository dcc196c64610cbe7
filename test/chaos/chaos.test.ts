/**
 * What happens to a run, and to the orders, when something is killed in the middle of the outage. Every case ends
 * healed and verified; an independent client orders throughout, and no order it was promised may be missing.
 *
 * `npm run chaos`; some eight minutes. CHAOS_TARGET=stack does it to a stack of its own on a test cluster
 * (test/engine/settings.ts says what that needs) instead of to a shop of this machine. CHAOS_REPORT=FILE writes the
 * figures as Markdown (and FILE.json, which a later part adds to). CHAOS_ONLY=PATTERN runs the cases whose name matches.
 */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { SERVICE_NAMES } from '../../services/catalog';
import { repositoryDir, until } from '../harness';
import type { ChaosShop } from './chaos-shop';
import { LocalChaosShop } from './local-shop';
import { OrderLedger } from './order-ledger';
import { chaosReport, type Figures } from './report';
import { StackChaosShop } from './stack-shop';

const target = process.env.CHAOS_TARGET ?? 'local';
const shop = shopOf(target);
const only = new RegExp(process.env.CHAOS_ONLY ?? '');
const reportFile = process.env.CHAOS_REPORT;
/** Goal: from the beginning of the heal to the last failed checkout (s). */
const RECOVERED_WITHIN_S = 15;
const ORDER_EVERY_MS = 200;
/** From the start of a run to its heal (ms). */
const HEALS_WITHIN_MS = 180_000;
/** A stack's run begins and ends with an update of it (ms). */
const CASE_WITHIN_MS = 300_000;

function shopOf(kind: string): ChaosShop {
  if (kind === 'local') return new LocalChaosShop();
  if (kind !== 'stack') throw new Error(`CHAOS_TARGET=${kind}: must be local or stack`);
  if (!process.env.PULUMI_E2E_KUBECONFIG) {
    throw new Error(
      "CHAOS_TARGET=stack: PULUMI_E2E_KUBECONFIG is not set, the path of a test cluster's kubeconfig (test/engine/settings.ts)",
    );
  }
  return new StackChaosShop();
}

interface Run {
  child: ChildProcess;
  output: () => string;
  ended: Promise<number | null>;
}

const figures: Figures[] = figuresOfEarlierParts();

function figuresOfEarlierParts(): Figures[] {
  if (reportFile === undefined || !existsSync(`${reportFile}.json`)) return [];
  const known = JSON.parse(readFileSync(`${reportFile}.json`, 'utf8')) as Figures[];
  return known.filter(({ name }) => !only.test(name));
}

function cli(args: string[]): Run {
  const child = spawn(
    process.execPath,
    [join(repositoryDir, 'dist', 'cli', 'demo.js'), ...args, ...shop.options],
    { cwd: repositoryDir, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...shop.env } },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', (code) => {
      resolve(code);
    });
  });
  return { child, output: () => output, ended };
}

/** A run of demo minutes of six seconds. */
const demo = (from: number, to: number): Run =>
  cli(['--minute-seconds', '6', '--from', String(from), '--to', String(to)]);

/** Waits until a run has reached a demo minute, by the database's own clock. */
async function reach(run: Run, minute: number): Promise<void> {
  await until(
    async () => {
      assert.equal(run.child.exitCode, null, run.output());
      const rows = await shop
        .sql<{ minute: number }>(
          'select extract(epoch from clock_timestamp() - start_at)::float8 / 6 as minute ' +
            "from scenario.override where mode <> 'normal'",
        )
        .catch(() => []);
      return (rows[0]?.minute ?? -1) >= minute;
    },
    90_000,
    () => `minute ${String(minute)}:\n${run.output()}`,
  );
}

async function healthy(): Promise<void> {
  const rows = await shop.sql<{ valid: boolean }>(
    `select indisvalid as valid from pg_index where indexrelid = to_regclass('storage.idx_products_category')`,
  );
  assert.equal(rows[0]?.valid, true, 'the index is there');
  assert.equal(
    (await shop.sql('select 1 from scenario.override where expires_at > now()')).length,
    0,
    'no run',
  );
  const [storage] = await shop.sql<{ slow: number }>(
    'select count(*)::int as slow from shop.storage_profile where at <= now() and read_ms > 0 and ' +
      'at = (select max(at) from shop.storage_profile where at <= now())',
  );
  assert.equal(storage?.slow, 0, 'storage is fast');
  assert.deepEqual(await shop.unready(), []);
}

/** Which of these orders the table does not have. */
async function missingOf(ids: readonly string[]): Promise<string[]> {
  const rows = await shop.sql<{ id: string }>('select id from shop.orders where id = any($1::uuid[])', [ids]);
  const found = new Set(rows.map(({ id }) => id));
  return ids.filter((id) => !found.has(id));
}

/** Every order that was written is confirmed, once its confirmation has had time to be taken again. */
async function allConfirmed(): Promise<void> {
  let unconfirmed = NaN;
  await until(
    async () => {
      const [row] = await shop.sql<{ count: number }>(
        `select count(*)::int as count from shop.orders o
          where not exists (select from shop.notifications n where n.order_id = o.id)`,
      );
      unconfirmed = row?.count ?? NaN;
      return unconfirmed === 0;
    },
    30_000,
    () => `${String(unconfirmed)} orders are not confirmed`,
  );
}

function groups<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}

const back = (ms: number): string => `back after ${(ms / 1000).toFixed(1)} s`;

interface Case {
  name: string;
  /** Does it all, and returns what was printed from the heal on, and a note. */
  work: () => Promise<{ output: string; healBegan: number; note: string }>;
}

/** Unix ms at which a run prints that it heals. Watched while something else is awaited, too. */
function healBegins(run: Run): Promise<number> {
  const began = until(
    () => /^Heal$/m.test(run.output()),
    HEALS_WITHIN_MS,
    () => `the heal:\n${run.output()}`,
    20,
  ).then(() => Date.now());
  // Whoever awaits it gets the error; a case that failed before that does not need it.
  began.catch(() => undefined);
  return began;
}

/** A run of which something is killed at the peak, and which goes on to its end. */
const killedAtThePeak =
  (names: readonly string[], to: number): Case['work'] =>
  async () => {
    const run = demo(20, to + shop.moreMinutes);
    const began = healBegins(run);
    await reach(run, 20.8);
    const times: string[] = [];
    for (const name of names) times.push(`${name} ${back(await shop.kill(name))}`);
    const healBegan = await began;
    const code = await run.ended;
    // A verdict may be negative: baseline loses requests while a service it needs is away. Healed it must be.
    assert.match(run.output(), /✓ index present/, `exit code ${String(code)}:\n${run.output()}`);
    return { output: run.output(), healBegan, note: times.join(', ') };
  };

const cases: Case[] = [
  {
    name: 'abort at minute 18',
    work: async () => {
      const run = demo(17, 25);
      await reach(run, 18.2);
      const began = healBegins(run);
      const abort = cli(['abort']);
      assert.equal(await abort.ended, 0, abort.output());
      assert.equal(await run.ended, 130, run.output());
      return { output: run.output(), healBegan: await began, note: 'the runner healed' };
    },
  },
  {
    name: 'kill -9 of the runner at the peak',
    work: async () => {
      const run = demo(20, 27);
      await reach(run, 21);
      run.child.kill('SIGKILL');
      await run.ended;
      const next = cli(['status']);
      const healBegan = await healBegins(next);
      assert.equal(await next.ended, 0, next.output());
      assert.match(next.output(), /An outage was left open/);
      return { output: next.output(), healBegan, note: 'the next command (status) healed' };
    },
  },
  { name: 'PostgreSQL killed at the peak', work: killedAtThePeak(['postgresql'], 22) },
  {
    name: 'PostgreSQL killed as the heal begins',
    work: async () => {
      const run = demo(20, 27);
      await reach(run, 21);
      const killed = shop.kill('postgresql');
      run.child.kill('SIGINT');
      const healBegan = await healBegins(run);
      const note = `postgresql ${back(await killed)}`;
      assert.equal(await run.ended, 130, run.output());
      return { output: run.output(), healBegan, note };
    },
  },
  { name: 'Redis killed at the peak', work: killedAtThePeak(['redis'], 21) },
  // Every service once; several in one run, each when the one before is back.
  ...groups(SERVICE_NAMES, 4).map((names): Case => ({
    name: `${names.join(', ')} killed at the peak`,
    work: killedAtThePeak(names, 23),
  })),
];

const number = (text: string, pattern: RegExp): number | null => {
  const found = pattern.exec(text);
  if (found?.[1] === undefined) return null;
  return found[2] === 'ms' ? Number(found[1]) / 1000 : Number(found[1]);
};

before(async () => {
  await shop.start();
});
after(async () => {
  const command = target === 'local' ? 'npm run chaos' : `CHAOS_TARGET=${target} npm run chaos`;
  const log = figures.length > 0 ? chaosReport(figures, shop.place, command) : 'no case ran';
  process.stdout.write(`${log}\n`);
  if (reportFile !== undefined) {
    writeFileSync(reportFile, log);
    writeFileSync(`${reportFile}.json`, JSON.stringify(figures, null, 2));
  }
  await shop.dispose();
});

describe('chaos', () => {
  for (const { name, work } of cases.filter((each) => only.test(each.name))) {
    it(
      `${name}: healed, verified, and no promised order or confirmation is missing`,
      { timeout: CASE_WITHIN_MS },
      async () => {
        const ledger = new OrderLedger(shop.shopUrl, ORDER_EVERY_MS);
        let done: Awaited<ReturnType<Case['work']>>;
        try {
          done = await work();
        } finally {
          await ledger.stop();
        }
        await healthy();
        await allConfirmed();
        const { promised } = ledger;
        const missing = await missingOf(promised);
        const last = ledger.lastFailure(done.healBegan);
        const figure: Figures = {
          name,
          recoveredS: done.output.includes('no checkout failed after the heal began')
            ? 0
            : number(done.output, /last checkout failed ([\d.]+) (ms|s) after the heal began/),
          verifiedS: number(done.output, /verified after ([\d.]+) (ms|s)/),
          clientRecoveredS: last === null ? 0 : (last - done.healBegan) / 1000,
          promised: promised.length,
          missing: missing.length,
          answers: Object.entries(ledger.statuses())
            .map(([status, count]) => `${status === '0' ? 'none' : status}: ${String(count)}`)
            .join(', '),
          note: done.note,
        };
        figures.push(figure);
        assert.deepEqual(missing, [], `${String(promised.length)} orders were answered with 200`);
        assert.ok(promised.length > 20, `the ledger ordered: ${figure.answers}`);
        assert.ok(figure.recoveredS !== null && figure.recoveredS <= RECOVERED_WITHIN_S, done.output);
        assert.ok(figure.clientRecoveredS <= RECOVERED_WITHIN_S, JSON.stringify(figure));
        assert.ok(keptRuns() > 0, 'the run is in the history');
      },
    );
  }
});

function keptRuns(): number {
  return readdirSync(shop.runsDir).filter((name) => name.endsWith('.json')).length;
}
