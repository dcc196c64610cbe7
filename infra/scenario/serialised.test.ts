import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import * as pulumi from '@pulumi/pulumi';
import { resolveScenario } from '../../scenario/resolve';
import { clockQuery, desiredQuery, indexPlan, rowPlan } from '../../scenario/appliance';
import { indexStatesQuery, INDEX_LOCK } from '../../scenario/sql/indexes';
import { serving } from '../../test/mocks/servers';
import { answersProvider } from '../postgres/answers';
import { indexProvider } from './index-provider';
import { documentOf } from './resources';
import { rowFields } from './row-fields';
import { stateProvider, type StateOutputs } from './row-provider';
import { verificationProvider } from './verification-provider';

/** A module `pg` that writes down what it is asked, and answers as a database whose first index is missing. */
const PG = `
exports.Client = class {
  on() {}
  async connect() {
    if (process.env.REFUSED) throw Object.assign(new Error('no such login'), { code: '28P01' });
  }
  async end() {}
  async query(text, values) {
    require('node:fs').appendFileSync(process.env.QUERIES, JSON.stringify([text, values ?? []]) + '\\n');
    if (text.includes('pg_try_advisory_lock')) return { rows: [{ locked: true }] };
    if (text.includes(' as due')) return { rows: [{ due: text.includes("<> 'present'") || text.includes('exists') }] };
    if (text.includes('as now')) return { rows: [{ now: 1_000_000.2 }] };
    if (text.includes('as state')) return { rows: [{ name: 'idx_products_category', state: 'invalid' }] };
    return { rows: [] };
  }
};`;
const CALL = `
const { handler } = require(process.argv[2]);
const [method, ...values] = JSON.parse(process.argv[3]);
handler()[method](...values).then(
  (result) => console.log(JSON.stringify({ result })),
  (error) => console.log(JSON.stringify({ error: error.message })),
);`;

/** What a create or an update answers. */
const outsOf = (result: Record<string, unknown> | undefined) => result?.outs as StateOutputs;

const LOGIN = { host: 'db', port: 1, user: 'conductor', password: 'p', database: 'd', ca: 'c' };
const WHERE = { login: LOGIN, volume: 'v1' };
const INDEX = {
  ...WHERE,
  index: 'idx_products_category',
  state: 'present' as const,
  sql: { plan: indexPlan({ idx_products_category: 'present' }), states: indexStatesQuery },
};

/** What is promised where nobody answers. */
const PROMISE = {
  ...WHERE,
  runId: 'r',
  indexes: { idx_products_category: 'present' },
  poolMax: 20,
  shopUrl: 'http://127.0.0.1:1',
  consoleUrl: 'http://127.0.0.1:1',
  timeoutSeconds: 0,
  sql: { states: indexStatesQuery },
};

describe("dynamic resources as Pulumi's provider process runs them: from text, without ts-node", () => {
  let folder: string;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'serialised-'));
    mkdirSync(path.join(folder, 'node_modules', 'pg'), { recursive: true });
    writeFileSync(path.join(folder, 'node_modules', 'pg', 'index.js'), PG);
    writeFileSync(path.join(folder, 'call.js'), CALL);
    for (const [name, provider] of Object.entries({
      index: indexProvider,
      row: stateProvider,
      verification: verificationProvider,
      answers: answersProvider,
    })) {
      const { text } = await pulumi.runtime.serializeFunction(() => provider);
      writeFileSync(path.join(folder, `${name}.js`), text);
    }
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** Calls a method of a provider in a process of its own; tells its answer, and what it asked of PostgreSQL. */
  async function call(name: string, method: string, values: unknown[], env: Record<string, string> = {}) {
    const queries = path.join(folder, 'queries');
    writeFileSync(queries, '');
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [path.join(folder, 'call.js'), path.join(folder, `${name}.js`), JSON.stringify([method, ...values])],
      { env: { QUERIES: queries, ...env } },
    );
    const asked = readFileSync(queries, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as [string, unknown[]]);
    const answer = JSON.parse(stdout) as { result?: Record<string, unknown>; error?: string };
    return {
      ...answer,
      asked,
      statements: asked.map(([text]) => text).filter((text) => !text.endsWith(' as due')),
    };
  }

  it('build an index: run ended, lock, storage healthy, build, lock given back', async () => {
    const { result, statements } = await call('index', 'create', [INDEX]);
    assert.equal(result?.id, 'idx_products_category');
    const [end, lock, heal, build, unlock, ...more] = statements;
    assert.match(end ?? '', /end_override/);
    assert.equal(lock, INDEX_LOCK.tryLock);
    assert.match(heal ?? '', /write_storage/);
    assert.match(build ?? '', /^create index concurrently if not exists idx_products_category on/);
    assert.equal(unlock, INDEX_LOCK.unlock);
    assert.deepEqual(more, []);
  });

  it('show what is really there', async () => {
    const { result } = await call('index', 'read', ['id', INDEX]);
    assert.equal((result?.props as { state: string }).state, 'invalid');
  });

  it('are compared by their inputs, not by the text of their SQL', async () => {
    const changes = async (news: object) =>
      (await call('index', 'diff', ['id', INDEX, news])).result?.changes;
    assert.equal(await changes({ ...INDEX, sql: {} }), false);
    assert.equal(await changes({ ...INDEX, state: 'absent' }), true);
  });

  it('write the row in one transaction, with the start they stamped, and keep that start', async () => {
    const document = documentOf(
      resolveScenario({ demoMode: 'blackfriday' }, { nowSeconds: 0, scaleDefault: 1 }),
    );
    const inputs = {
      ...WHERE,
      start: '',
      startTimestamp: null,
      startDelaySeconds: 20,
      ...rowFields(document),
      document: JSON.stringify(document),
      sql: { plan: rowPlan, readDesired: desiredQuery, clock: clockQuery },
    };
    const { result, asked, statements } = await call('row', 'create', [inputs]);
    const { stampedStart, runId } = outsOf(result);
    assert.equal(stampedStart, 1_000_021, "by the database's clock");
    assert.equal(runId, `blackfriday-1-${stampedStart}`);
    assert.deepEqual(statements.slice(0, 2), [clockQuery, 'begin']);
    assert.equal(statements.at(-1), 'commit');
    const written = asked.filter(([, values]) => values.length > 0);
    assert.equal(written.length, 2);
    for (const [, [text]] of written) {
      const { startTimestamp, runId: writtenRun } = JSON.parse(String(text)) as Record<string, unknown>;
      assert.deepEqual([startTimestamp, writtenRun], [stampedStart, runId]);
    }
    const olds = { ...outsOf(result), stampedStart: 7 };
    const update = async (news: object) =>
      outsOf((await call('row', 'update', ['desired', olds, news])).result).stampedStart;
    assert.equal(await update({ ...inputs, title: 'another' }), 7);
    assert.notEqual(await update({ ...inputs, demoRun: 2 }), 7);
    assert.notEqual(await update({ ...inputs, volume: 'v2' }), 7);
    assert.equal(await update({ ...inputs, startTimestamp: 99 }), 99);
    assert.equal(await update({ ...inputs, mode: 'normal' }), null);
  });

  it('name what does not follow', async () => {
    const { error } = await call('verification', 'create', [PROMISE]);
    for (const part of [
      /INDEX: idx_products_category is invalid/,
      /LOAD: .*ECONNREFUSED/,
      /CONSOLE: .*ECONNREFUSED/,
    ])
      assert.match(error ?? '', part);
  });

  it('ask the shop in each update, whatever state and inputs say', async () => {
    const shop = createServer(({ url = '' }, response) => {
      const pools = [{ service: 'product-catalog', pool: 'recommendation', max: 20 }];
      response.end(JSON.stringify(url === '/health' ? { scenario: { run_id: 'r' } } : { pools }));
    });
    await serving(shop, async (port) => {
      const url = `http://127.0.0.1:${port}`;
      // As the mocked database has it.
      const kept = {
        ...PROMISE,
        indexes: { idx_products_category: 'invalid' },
        shopUrl: url,
        consoleUrl: url,
      };
      const changes = async (inputs: object, env: Record<string, string> = {}) =>
        (await call('verification', 'diff', ['id', inputs, inputs], env)).result?.changes;
      assert.equal(await changes(kept), false);
      assert.equal(
        await changes({ ...kept, indexes: PROMISE.indexes }),
        true,
        'an index that somebody broke',
      );
      assert.equal(await changes({ ...kept, shopUrl: PROMISE.shopUrl }), true, 'no shop at all');
      assert.equal(
        await changes({ ...kept, runId: 'another' }),
        true,
        'a load generator that does not follow',
      );
      assert.equal(await changes(kept, { REFUSED: 'yes' }), true, 'no database');
    });
  });

  it('say who was refused, and what to do', async () => {
    const refused = { REFUSED: 'yes' };
    const answers = await call('answers', 'create', [{ ...WHERE, timeoutSeconds: 120 }], refused);
    assert.match(answers.error ?? '', /^PostgreSQL at db:1 refuses the login of conductor: no such login/);
    const index = await call('index', 'create', [INDEX], refused);
    assert.match(index.error ?? '', /^PostgreSQL at db:1 cannot be reached as conductor: no such login/);
  });
});
