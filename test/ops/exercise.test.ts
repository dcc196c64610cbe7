/**
 * `npm run exercise` from end to end: solved by a script that knows nothing but the desk, not solved by one that restarts
 * services, and a false alarm.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';
import { NOT_PASSED } from '../../cli/exercise/arguments';
import type { Desk } from '../../cli/exercise/desk';
import type { ExerciseResult } from '../../cli/exercise/results';
import { exerciseOf, type Exercise } from '../../cli/run/blind';
import { getJson } from '../../machine/http';
import { at, listAt, textAt } from '../../machine/json';
import { withSession } from '../../machine/session';
import { repositoryDir, TestShop, until } from '../harness';

const shop = new TestShop(
  `e2e-exercise-${String(process.pid)}`,
  ['--rows', '100000', '--scale', '0.25'],
  9_000,
);
const CLI = join(repositoryDir, 'dist', 'cli', 'exercise.js');

/** The first seed that gives one of these, soon after the beginning. */
function seedOf(wanted: (exercise: Exercise) => boolean): number {
  for (let seed = 0; seed < 5_000; seed++) {
    const exercise = exerciseOf(seed);
    if (exercise.delaySeconds <= 5 && wanted(exercise)) return seed;
  }
  throw new Error('no seed gives it');
}

interface Held {
  desk: Desk;
  /** The exit code, and the result it wrote. */
  ended: Promise<{ code: number | null; output: string; result: ExerciseResult }>;
}

/** Begins an exercise, as an agent's harness does. */
async function begin(name: string, seed: number): Promise<Held> {
  const report = join(shop.dataDir, `${name}.json`);
  const child = spawn(
    process.execPath,
    [
      CLI,
      ...['--for', 'agent', '--seed', String(seed), '--minute-seconds', '6', '--report', report],
      ...['--data', shop.dataDir, '--stack', shop.stack],
    ],
    { cwd: repositoryDir, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  const events = createInterface({ input: child.stdout });
  const closed = once(child, 'close') as Promise<[number | null]>;
  const ended = closed.then(([code]) => ({
    code,
    output,
    result: JSON.parse(readFileSync(report, 'utf8')) as ExerciseResult,
  }));
  ended.catch(() => undefined);
  for await (const line of events) {
    const event = JSON.parse(line) as { event: string; desk?: Desk };
    if (event.event === 'begun' && event.desk !== undefined) return { desk: event.desk, ended };
  }
  throw new Error(`it did not begin:\n${output}`);
}

/** A command to the exercise under way. */
async function say(...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [CLI, ...args, '--data', shop.dataDir], {
    cwd: repositoryDir,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

const ask = async (desk: Desk, path: string): Promise<unknown> =>
  (await getJson(desk.url + path, { timeoutMs: 5_000 })).body;

/** All spans of a trace of the desk's. */
function spansOf(node: unknown): unknown[] {
  return [...listAt(node, 'roots'), ...listAt(node, 'children')].flatMap((span) => [span, ...spansOf(span)]);
}

/** What a span of the newest demo traces says of an index that is missing; null while none does. */
async function missingIndex(desk: Desk): Promise<string | null> {
  for (const header of listAt(await ask(desk, '/api/traces?traffic=demo&limit=20'), 'traces')) {
    const trace = await ask(desk, `/api/traces/${textAt(header, 'traceId') ?? ''}`);
    for (const span of spansOf(trace)) {
      if (at(span, 'attributes', 'db.full_table_scan') !== true) continue;
      const name = textAt(span, 'attributes', 'db.missing_index');
      if (name !== null) return name;
    }
  }
  return null;
}

/** The share of checkouts that failed in the last ten seconds. */
const failing = async (desk: Desk): Promise<number> => {
  const { body } = await getJson(`${desk.url}/api/metrics`, { timeoutMs: 5_000 });
  return Number(at(body, 'windows', 'last10s', 'traffic', 'demo', 'errorRate') ?? 0);
};

/** What every exercise leaves: no run, no role, all indexes. */
async function requireHealed(): Promise<void> {
  assert.deepEqual(await shop.sql('select from scenario.override where expires_at > now()'), []);
  assert.deepEqual(await shop.sql(`select from pg_roles where rolname in ('on_call', 'catalog_owner')`), []);
  const rows = await shop.sql(
    `select relname from pg_class c join pg_index i on i.indexrelid = c.oid where indisvalid and relname like 'idx_products%'`,
  );
  assert.equal(rows.length, 3);
}

before(async () => {
  shop.configure({ demoMode: 'normal' });
  await shop.start();
});
after(async () => {
  await shop.dispose();
});

describe('npm run exercise', () => {
  it('is solved by who reads the traces and makes the index, and says so', async () => {
    const seed = seedOf(
      ({ mode, ablation, curve, fromMinute }) =>
        mode === 'blackfriday' && ablation === null && curve === null && fromMinute >= 7,
    );
    const { desk, ended } = await begin('solved', seed);
    await until(
      async () => (await failing(desk)) > 0.05,
      60_000,
      () => 'checkouts to fail',
    );
    assert.equal((await say('ack')).code, 0);
    let name: string | null = null;
    await until(
      async () => (name = await missingIndex(desk)) !== null,
      30_000,
      () => 'a scan in the traces',
    );
    assert.ok(name);
    // What an engineer makes of the statement in the trace: equal columns first, then the order, then the range.
    await withSession({ connectionString: desk.database }, (sql) =>
      sql.query(
        `create index concurrently ${String(name)} on storage.products (category, active, popularity_score desc, price_cents)`,
      ),
    );
    const file = join(shop.dataDir, 'answer.json');
    writeFileSync(file, JSON.stringify({ cause: 'missing-index', why: 'Seq Scan' }));
    assert.equal((await say('answer', file)).code, 0);
    const { code, output, result } = await ended;
    assert.equal(code, 0, `${output}\n${JSON.stringify(result.grade, null, 1)}`);
    const { grade, facts } = result;
    assert.deepEqual([grade.passed, grade.cause, grade.remedy], [true, 'right', 'right']);
    assert.ok(
      grade.detectSeconds !== null && grade.mitigateSeconds !== null && grade.diagnoseSeconds !== null,
    );
    assert.deepEqual(
      facts.interventions.map(({ kind, name: of }) => [kind, of]),
      [['index-created', 'idx_products_category']],
    );
    assert.deepEqual([grade.collateral.restarted, grade.collateral.dropped], [[], []]);
    await requireHealed();
  });

  it('is not solved by who restarts services', async () => {
    const seed = seedOf(
      ({ mode, ablation, curve, fromMinute }) =>
        mode === 'blackfriday' && ablation === null && curve === null && fromMinute >= 7,
    );
    const { desk, ended } = await begin('restarted', seed);
    await until(
      async () => (await failing(desk)) > 0.05,
      60_000,
      () => 'checkouts to fail',
    );
    const pids = new Map(
      listAt(await ask(desk, '/api/processes'), 'processes').map((each) => [
        textAt(each, 'workload'),
        Number(at(each, 'pid')),
      ]),
    );
    for (const service of ['product-catalog', 'checkout']) process.kill(pids.get(service) ?? 0, 'SIGTERM');
    assert.equal((await say('answer', '--cause', 'bad-release')).code, 0);
    await delay(10_000);
    assert.ok((await failing(desk)) > 0.05, 'it is as ill as before');
    const { code: known } = await say('answer', '--cause', 'gremlins');
    assert.equal(known, 2);
    assert.equal((await say('end')).code, 0);
    const { code, output, result } = await ended;
    assert.equal(code, NOT_PASSED, output);
    const { grade } = result;
    assert.deepEqual(
      [grade.passed, grade.cause, grade.remedy, grade.mitigateSeconds],
      [false, 'wrong', 'none', null],
    );
    assert.deepEqual([...grade.collateral.restarted].sort(), ['checkout', 'product-catalog']);
    await requireHealed();
  });

  it('knows a false alarm, and who leaves it alone', async () => {
    const seed = seedOf(({ cause, fromMinute }) => cause === null && fromMinute >= 8);
    const { desk, ended } = await begin('false-alarm', seed);
    await delay(15_000);
    assert.ok((await failing(desk)) < 0.02);
    assert.equal((await say('answer', '--cause', 'none')).code, 0);
    const { code, output, result } = await ended;
    assert.equal(code, 0, output);
    assert.deepEqual([result.grade.cause, result.grade.remedy], ['right', 'not needed']);
    await requireHealed();
    const late = await say('status');
    assert.equal(late.code, 1);
    assert.match(late.output, /No exercise is under way \(the last one’s result: .*\.md\)/);
  });
});
