import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import express from 'express';
import type { SqlExecutor } from '../../../scenario/sql/executor';
import { effectiveScenario } from '../../../scenario/state';
import { resolveScenario } from '../../../scenario/resolve';
import { parseScenarioConfig } from '../../../scenario/config/parse';
import type { Override, Scenario } from '../../../scenario/types';
import { HttpError } from '../../lib/errors';
import { LoadGenerator } from '../generator';
import { RunControl } from './run-control';
import { adminRoutes } from './routes';
import { FakeClock, settle } from '../../../test/mocks/fake-clock';

const TOKEN = 'token-of-the-test';
process.env.ADMIN_TOKEN = TOKEN;

/** The scenario rows and their functions, as scenario/sql has them, without PostgreSQL. */
class ScenarioRows implements SqlExecutor {
  override: Override | null = null;
  constructor(readonly desired: Scenario) {}

  async query(text: string, values: unknown[] = []): Promise<{ rows: Record<string, unknown>[] }> {
    await setImmediate(); // concurrent calls get between each other's statements
    if (text.includes('begin_override')) {
      if (this.override) throw Object.assign(new Error('a run is under way'), { code: '55006' });
      this.override = JSON.parse(String(values[0])) as Override;
      return { rows: [{}] };
    }
    if (text.includes('end_override')) {
      const ended = this.override !== null && (values[0] === null || this.override.runId === values[0]);
      if (ended) this.override = null;
      return { rows: [{ ended }] };
    }
    const run = this.override;
    return {
      rows: [
        {
          desired: this.desired,
          override: run?.scenario,
          override_revision: run ? '7' : null,
          run_id: run?.runId,
          mode: run?.mode,
          started_by: run?.startedBy,
          start_at: run?.startTimestamp,
          paused_at: null,
          ablation: null,
          expires_at: run?.expiresAt,
        },
      ],
    };
  }
}

const normal = resolveScenario(
  parseScenarioConfig({ minuteSeconds: 6, catalogRows: 100_000, traffic: { scale: 0.25, baselineRpm: 120 } }),
  { nowSeconds: 1_700_000_000 },
);
const rows = new ScenarioRows(normal);
const clock = new FakeClock(Date.now());
const generator = new LoadGenerator({
  clock,
  source: 'test',
  play: () => Promise.resolve({ result: 'completed' }),
  log: {
    refused: () => undefined,
    gap: () => undefined,
    skipped: () => undefined,
    missed: () => undefined,
  },
});

const app = express();
app.use(express.json());
const router = express.Router();
adminRoutes(router, generator, new RunControl(rows));
app.use(router);
app.use(((error, _request, response, next) => {
  if (!(error instanceof HttpError)) {
    next(error);
    return;
  }
  response.status(error.status).json({ error: error.message, reason: error.reason, ...error.extra });
}) satisfies express.ErrorRequestHandler);
const server = createServer(app);

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
after(() => {
  server.close();
  server.closeAllConnections();
});

async function call(
  method: 'GET' | 'POST',
  path: string,
  options: { json?: unknown; token?: string | null } = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const { port } = server.address() as AddressInfo;
  const token = options.token === undefined ? TOKEN : options.token;
  const response = await fetch(`http://127.0.0.1:${String(port)}${path}`, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(options.json === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(options.json === undefined ? {} : { body: JSON.stringify(options.json) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** What the subscription would do. */
function follow(): void {
  const effective = effectiveScenario({ desired: rows.desired, override: rows.override });
  if (effective) generator.follow(effective);
}

test('every admin call needs the token', async () => {
  for (const [method, path] of [
    ['POST', '/admin/start-demo'],
    ['POST', '/admin/stop-demo'],
    ['GET', '/admin/demo-status'],
    ['GET', '/admin/traffic-stats'],
    ['GET', '/admin/minutes'],
  ] as const) {
    assert.equal((await call(method, path, { token: null })).status, 401, path);
    assert.equal((await call(method, path, { token: 'wrong' })).status, 401, path);
  }
  assert.equal(rows.override, null);
});

test('bad input is refused with the fields', async () => {
  const fieldsOf = async (json: unknown): Promise<string[]> => {
    const { status, body } = await call('POST', '/admin/start-demo', { json });
    assert.equal(status, 400, JSON.stringify(json));
    assert.equal(body.reason, 'invalid-input');
    return (body.fields as { field: string; reason: string }[]).map(({ field }) => field);
  };
  assert.deepEqual(await fieldsOf({ scenario: 'blackfridy' }), ['scenario']);
  assert.deepEqual(await fieldsOf({ scenario: 'normal' }), ['scenario']);
  assert.deepEqual(await fieldsOf({ peak_rpm: 0 }), ['peak_rpm']);
  assert.deepEqual(await fieldsOf({ duration_minutes: -3, minute_seconds: 'x' }), [
    'duration_minutes',
    'minute_seconds',
  ]);
  assert.deepEqual(await fieldsOf({ peak_rpm: 1 }), ['peak_rpm']); // a rate at which no pool of whole connections fits
  assert.deepEqual(await fieldsOf([]), ['(body)']);
  assert.equal(rows.override, null);
});

test('nothing runs: status and stop say so', async () => {
  follow();
  assert.deepEqual(await call('GET', '/admin/demo-status'), {
    status: 200,
    body: { status: 'not_running', running: false },
  });
  const stopped = await call('POST', '/admin/stop-demo');
  assert.equal(stopped.status, 200);
  assert.deepEqual(stopped.body, { status: 'not_running' });
  assert.equal((await call('GET', '/admin/minutes')).status, 404);
});

test('of concurrent starts exactly one wins, the others learn who runs', async () => {
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => call('POST', '/admin/start-demo', { json: {} })),
  );
  const won = answers.filter(({ status }) => status === 201);
  assert.equal(won.length, 1);
  for (const { status, body } of answers.filter((answer) => answer !== won[0])) {
    assert.equal(status, 409);
    assert.equal(body.reason, 'run-under-way');
    assert.equal(body.run_id, won[0]?.body.run_id);
    assert.equal(body.started_by, 'load-generator');
  }
  const run: Override | null = rows.override;
  assert.ok(run);
  // What the request doesn't name comes from the desired scenario.
  assert.equal(run.scenario.minuteSeconds, 6);
  assert.equal(run.scenario.catalogRows, 100_000);
  assert.equal(run.scenario.scale, 0.25);
  assert.equal(run.scenario.traffic.baselineRpm, 30);
  assert.equal(run.mode, 'blackfriday');
  assert.ok(run.expiresAt > run.startTimestamp + 30 * 6);
});

test('status and minutes follow the run, stop ends it once', async () => {
  const run: Override | null = rows.override;
  assert.ok(run);
  follow();
  assert.equal((await call('GET', '/admin/demo-status')).body.status, 'scheduled');
  clock.advance((run.startTimestamp - clock.now() / 1000 + 20) * 1000);
  await settle();
  const status = (await call('GET', '/admin/demo-status')).body;
  assert.equal(status.status, 'running');
  assert.equal(status.scenario, 'blackfriday');
  assert.equal(status.run_id, run.runId);
  assert.equal(status.demo_minute, 3);
  const minutes = await call('GET', `/admin/minutes?run_id=${run.runId}`);
  assert.equal(minutes.status, 200);
  assert.equal((minutes.body.minutes as unknown[]).length, 4);
  const unknown = await call('GET', '/admin/minutes?run_id=nope');
  assert.equal(unknown.status, 404);
  assert.deepEqual(unknown.body.known_runs, [run.runId]);
  assert.deepEqual((await call('POST', '/admin/stop-demo', { json: { run_id: 'nope' } })).body, {
    status: 'not_running',
  });

  const stops = await Promise.all([1, 2, 3].map(() => call('POST', '/admin/stop-demo')));
  assert.deepEqual(stops.map(({ body }) => body.status).sort(), ['not_running', 'not_running', 'stopped']);
  assert.equal(rows.override, null);
});

test('a body shaped like seed 004’s starts blackfriday-v3 and says so', async () => {
  const { status, body } = await call('POST', '/admin/start-demo', {
    json: { scenario: 'blackfriday', duration_minutes: 30, peak_rpm: 120 },
  });
  assert.equal(status, 201);
  assert.deepEqual([body.scenario, body.duration_minutes, body.peak_rpm], ['blackfriday-v3', 30, 120]);
  assert.deepEqual([body.pool_max, body.flow_alert_minute], [3, 22]);
  const warnings = body.warnings as string[];
  assert.match(warnings[0] ?? '', /blackfriday-v3/);
  await call('POST', '/admin/stop-demo');
});

test('a start answers with what it resolved to, and warns of a peak that is not the preset’s', async () => {
  const start = async (json: object) => {
    const { status, body } = await call('POST', '/admin/start-demo', { json });
    assert.equal(status, 201);
    await call('POST', '/admin/stop-demo');
    return body as {
      predicted_peak: { minute: number; error_rate: string };
      flow_alert_minute: number | null;
      warnings: string[];
    };
  };
  const whole = await start({});
  assert.match(whole.predicted_peak.error_rate, /^7[789]\.\d%$/);
  assert.deepEqual([whole.flow_alert_minute, whole.warnings], [22, []]);
  const short = await start({ duration_minutes: 10 });
  assert.equal(short.flow_alert_minute, null);
  assert.match(
    short.warnings.join(),
    /peak at 3\d\.\d% \(minute 9\), the preset's at 78\.0%.*not predicted to fire/,
  );
});

test('a start names scenario, duration, peak and minute length', async () => {
  const { status, body } = await call('POST', '/admin/start-demo', {
    json: { scenario: 'blackfriday-v3', duration_minutes: 25, peak_rpm: 120, minute_seconds: 30 },
  });
  assert.equal(status, 201);
  assert.equal(body.scenario, 'blackfriday-v3');
  assert.equal(body.duration_minutes, 25);
  assert.equal(body.minute_seconds, 30);
  assert.equal(body.peak_rpm, 120);
  assert.equal(body.scale, 1); // V3 needs at least 1, though 0.25 is desired
  assert.match(String(body.message), /console/);
  await call('POST', '/admin/stop-demo');
});
