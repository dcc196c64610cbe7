import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ShopSeen } from '../../../scenario/causes/cause';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import express from 'express';
import type { SqlExecutor } from '../../../scenario/apply';
import { INDEX_NAMES, type Override, type Scenario } from '../../../scenario/types';
import { HttpError } from '../../lib/errors';
import { effectiveOf, runOf, scenarioOf, START_SECONDS } from '../../../test/mocks/scenarios';
import {
  checkoutsSucceed,
  clockHeld,
  Confirmations,
  runInForce,
  shopShows,
  type SystemView,
} from './confirmations';
import { OverrideControl } from './override-control';
import { startBody } from './requests';
import { mountControl } from './routes';

const normal = scenarioOf('normal');
const at = (minute: number): number => START_SECONDS + minute * 6;

/** A shop that shows a scenario's indexes, a pool and a plan. */
const shopOf = ({ indexes, releases }: Scenario, poolMax: number, plan: ShopSeen['plan']): ShopSeen => ({
  indexes,
  plan,
  release: () => releases.checkout,
  queryMs: null,
  cacheHits: null,
  pool: (service, pool) => ({
    max: service === 'product-catalog' && pool === 'recommendation' ? poolMax : null,
    used: null,
    pending: null,
  }),
});

describe('confirmations', () => {
  const view = (extra: Partial<SystemView>): SystemView => ({
    nowMs: 0,
    effective: effectiveOf(scenarioOf('blackfriday')),
    shop: shopOf(normal, 25, 'withIndex'),
    newestMinute: null,
    demo: { requests: 100, errorRate: 0.5 },
    ...extra,
  });

  it('an action is confirmed when all its effects were seen, each with its time', () => {
    const confirmations = new Confirmations();
    const { scenario } = effectiveOf(scenarioOf('blackfriday'));
    confirmations.watch('start', 'Start', [runInForce(scenario.runId), ...shopShows(scenario)], 0);
    confirmations.look(view({ nowMs: 1000 }));
    assert.deepEqual(
      confirmations.list()[0]?.checks.map(({ seenAfterMs }) => seenAfterMs),
      [1000, null, null, null],
    );
    confirmations.look(view({ nowMs: 3000, shop: shopOf(scenario, 5, 'withoutIndex') }));
    assert.equal(confirmations.list()[0]?.state, 'confirmed');
    assert.equal(confirmations.list()[0]?.checks[2]?.seenAfterMs, 3000);
  });

  it('says so when the system does not show it within a minute', () => {
    const confirmations = new Confirmations();
    confirmations.watch('abort', 'Heal', shopShows(scenarioOf('blackfriday')), 0);
    confirmations.look(view({ nowMs: 59_000 }));
    assert.equal(confirmations.list()[0]?.state, 'watching');
    confirmations.look(view({ nowMs: 61_000 }));
    assert.equal(confirmations.list()[0]?.state, 'unconfirmed');
  });

  it('spans from before the action confirm nothing', () => {
    const confirmations = new Confirmations();
    confirmations.watch('ablate-index', 'Index', [checkoutsSucceed()], 0);
    const quiet = { demo: { requests: 10, errorRate: 0 } };
    confirmations.look(view({ nowMs: 500, ...quiet }));
    assert.equal(confirmations.list()[0]?.state, 'watching');
    confirmations.look(view({ nowMs: 5000, demo: { requests: 0, errorRate: null } }));
    assert.equal(confirmations.list()[0]?.state, 'watching', 'no traffic shows no success');
    confirmations.look(view({ nowMs: 6000, ...quiet }));
    assert.equal(confirmations.list()[0]?.state, 'confirmed');
  });

  it('a change of the cause supersedes what is watched, one of the clock only clocks', () => {
    const confirmations = new Confirmations();
    confirmations.watch('start', 'Start', shopShows(scenarioOf('blackfriday')), 0);
    confirmations.watch('pause', 'Hold', clockHeld(3), 1);
    confirmations.watch('goto', 'Jump', clockHeld(4), 2);
    assert.deepEqual(
      confirmations.list().map(({ state }) => state),
      ['watching', 'superseded', 'watching'],
    );
    confirmations.watch('abort', 'Heal', shopShows(normal), 3);
    assert.deepEqual(
      confirmations.list().map(({ state }) => state),
      ['watching', 'superseded', 'superseded', 'superseded'],
    );
  });
});

/** Both rows in memory, with the database's own rules. */
class FakeDatabase implements SqlExecutor {
  override: Override | null = null;
  private revision = 0;

  constructor(readonly desired: Scenario | null) {}

  private set(run: Override): void {
    this.override = run;
    this.revision += 1;
  }

  query(text: string, values: unknown[] = []): Promise<{ rows: Record<string, unknown>[] }> {
    const document = typeof values[0] === 'string' && values[0].startsWith('{') ? values[0] : null;
    if (text.includes('begin_override')) {
      if (this.override !== null) return Promise.reject(Object.assign(new Error('run'), { code: '55006' }));
      this.set(JSON.parse(document ?? 'null') as Override);
      return Promise.resolve({ rows: [{}] });
    }
    if (text.includes('change_override')) {
      const next = JSON.parse(document ?? 'null') as Override;
      const outcome =
        this.override?.runId !== next.runId
          ? 'ended'
          : values[1] === String(this.revision)
            ? 'changed'
            : 'stale';
      if (outcome === 'changed') this.set(next);
      return Promise.resolve({ rows: [{ outcome }] });
    }
    if (text.includes('end_override')) {
      const ended = this.override?.runId === values[0];
      if (ended) this.override = null;
      return Promise.resolve({ rows: [{ ended }] });
    }
    const run = this.override;
    return Promise.resolve({
      rows: [
        {
          desired: this.desired,
          ...(run === null
            ? { override_revision: null }
            : {
                override_revision: String(this.revision),
                run_id: run.runId,
                mode: run.mode,
                started_by: run.startedBy,
                start_at: run.startTimestamp,
                paused_at: run.pausedAt,
                ablation: run.ablation,
                expires_at: run.expiresAt,
                override: run.scenario,
              }),
        },
      ],
    });
  }
}

function controlOf(database: FakeDatabase, now: () => number): OverrideControl {
  return new OverrideControl({
    withSession: (work) => work(database),
    confirmations: new Confirmations(),
    originalOf: () => null,
    now,
  });
}

describe('run-time control', () => {
  it('start, hold at a minute by itself, ablate, put back, heal', async () => {
    const database = new FakeDatabase(normal);
    let nowSeconds = START_SECONDS;
    const control = controlOf(database, () => nowSeconds * 1000);
    await control.start(startBody.parse({ minuteSeconds: 6, holdAtMinute: 20 }));
    const run = database.override;
    assert.ok(run);
    const keep = async (): Promise<void> => {
      const { override } = database;
      assert.ok(override);
      await control.keepHold(
        effectiveOf(override.scenario, {
          startTimestamp: override.startTimestamp,
          pausedAt: override.pausedAt,
        }),
      );
    };
    nowSeconds = run.startTimestamp + 19.9 * 6;
    await keep();
    assert.equal(database.override?.pausedAt, null);
    nowSeconds = run.startTimestamp + 20.1 * 6;
    await keep();
    assert.equal(database.override.pausedAt, nowSeconds);
    await control.ablate('index');
    assert.equal(database.override.scenario.indexes.idx_products_category, 'present');
    await control.ablate(null);
    assert.equal(database.override.scenario.indexes.idx_products_category, 'absent');
    await control.abort();
    assert.equal(database.override, null);
  });

  it('holds at the minute also when the database was away just then', async () => {
    const database = new FakeDatabase(normal);
    let nowSeconds = START_SECONDS;
    let away = false;
    const control = new OverrideControl({
      withSession: (work) => (away ? Promise.reject(new Error('ECONNREFUSED')) : work(database)),
      confirmations: new Confirmations(),
      originalOf: () => null,
      now: () => nowSeconds * 1000,
    });
    await control.start(startBody.parse({ minuteSeconds: 6, holdAtMinute: 20 }));
    const run = database.override;
    assert.ok(run);
    const effective = effectiveOf(run.scenario, { startTimestamp: run.startTimestamp, pausedAt: null });
    nowSeconds = run.startTimestamp + 20.1 * 6;
    away = true;
    await assert.rejects(control.keepHold(effective), { status: 503 });
    away = false;
    nowSeconds += 1;
    await control.keepHold(effective);
    assert.equal(database.override?.pausedAt, nowSeconds);
    // It is held: a clock that somebody lets go on afterwards is not held again.
    await control.resume();
    await control.keepHold(effective);
    assert.equal(database.override.pausedAt, null);
  });

  it('does two things of the same moment: neither undoes the other', async () => {
    const database = new FakeDatabase(normal);
    database.override = runOf();
    const control = controlOf(database, () => at(12) * 1000);
    await Promise.all([control.pause(), control.ablate('index')]);
    assert.ok(database.override);
    assert.equal(database.override.pausedAt, at(12));
    assert.equal(database.override.ablation, 'index');
  });

  it('steers an outage of stack config by an override of the same run, and heals it for a while', async () => {
    const desired = scenarioOf('blackfriday');
    const database = new FakeDatabase(desired);
    const control = controlOf(database, () => at(12) * 1000);
    await control.pause();
    assert.equal(database.override?.runId, desired.runId);
    assert.equal(database.override.pausedAt, at(12));
    await control.abort();
    assert.equal(database.override.mode, 'normal');
    assert.ok(INDEX_NAMES.every((name) => database.override?.scenario.indexes[name] === 'present'));
    // Which gives way to a new run.
    await control.start(startBody.parse({}));
    assert.equal(database.override.mode, 'blackfriday');
  });

  it('a run that ended meanwhile is a conflict, a database that is away a 503', async () => {
    const database = new FakeDatabase(normal);
    database.override = runOf();
    const racing = new OverrideControl({
      withSession: (work) =>
        work({
          query: (text, values) =>
            text.includes('change_override')
              ? Promise.resolve({ rows: [{ outcome: 'ended' }] })
              : database.query(text, values),
        }),
      confirmations: new Confirmations(),
      originalOf: () => null,
      now: () => at(3) * 1000,
    });
    await assert.rejects(racing.pause(), { status: 409, reason: 'not-now' });
    const away = new OverrideControl({
      withSession: () => Promise.reject(new Error('connect ECONNREFUSED')),
      confirmations: new Confirmations(),
      originalOf: () => null,
    });
    await assert.rejects(away.abort(), { status: 503, reason: 'database-away' });
  });
});

describe('the admin routes', () => {
  const database = new FakeDatabase(normal);
  const app = express();
  let url = '';
  let close: () => void;

  before(async () => {
    process.env.ADMIN_TOKEN = 'secret';
    app.use(express.json());
    mountControl(
      app,
      controlOf(database, () => START_SECONDS * 1000),
    );
    const handler: express.ErrorRequestHandler = (error: unknown, _request, response, next) => {
      if (error instanceof HttpError) {
        response.status(error.status).json({ error: error.message, reason: error.reason, ...error.extra });
      } else next(error);
    };
    app.use(handler);
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/admin/override/`;
    close = () => server.close();
  });
  after(() => {
    close();
  });

  const post = async (path: string, body: unknown, token = 'secret'): Promise<[number, string]> => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    return [response.status, await response.text()];
  };

  it('nobody without the token changes anything', async () => {
    for (const path of ['start', 'pause', 'resume', 'goto', 'abort', 'ablate']) {
      assert.equal((await post(path, { minute: 3, what: 'index' }, 'guess'))[0], 401, path);
    }
    assert.equal(database.override, null);
  });

  it('a minute beyond the run, and a hold there, are 400 with the field', async () => {
    const [status, text] = await post('start', { durationMinutes: 10, holdAtMinute: 20 });
    assert.equal(status, 400, text);
    assert.match(text, /holdAtMinute: must be less than 10/);
    const other = new FakeDatabase(normal);
    other.override = runOf();
    await assert.rejects(controlOf(other, () => at(3) * 1000).goto(30), { status: 400 });
  });

  it('bad input is 400 with the field, the wrong moment 409 with the reason', async () => {
    const bad: [string, unknown, RegExp][] = [
      ['start', { mode: 'blackfryday' }, /mode/],
      ['start', { minuteSeconds: 0 }, /minuteSeconds/],
      ['start', { durationMinutes: 1.5 }, /durationMinutes/],
      ['start', { peak: 3 }, /peak/],
      ['goto', {}, /minute/],
      ['goto', { minute: -1 }, /minute/],
      ['ablate', { what: 'both' }, /what/],
      ['pause', { now: true }, /now/],
    ];
    for (const [path, body, says] of bad) {
      const [status, text] = await post(path, body);
      assert.equal(status, 400, `${path} ${JSON.stringify(body)}: ${text}`);
      assert.match(text, says);
    }
    const [status, text] = await post('pause', {});
    assert.equal(status, 409);
    assert.match(text, /No outage is under way/);
    assert.equal(database.override, null);
  });

  it('an accepted action tells what will be watched for', async () => {
    const [status, text] = await post('start', { minuteSeconds: 6 });
    assert.equal(status, 202);
    const { checks, state } = JSON.parse(text) as { state: string; checks: { what: string }[] };
    assert.equal(state, 'watching');
    assert.ok(checks.some(({ what }) => what.includes('idx_products_category')));
    assert.notEqual(database.override, null);
  });
});
