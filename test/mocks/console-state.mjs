/** What the console shows at the peak of an outage: minute 21, held, three of four checkouts fail. */
/** @import { CurveMinute } from '../../services/console/api/curve' */
/** @import { State } from '../../services/console/public/js/types' */
/** @import { SpanNode, TraceHeader, TraceTree } from '../../services/console/api/trace-tree' */

/** @param {number} requests @param {number} errors @param {number} p95Ms */
export const stats = (requests, errors, p95Ms) => ({
  requests,
  errors,
  errorRate: requests === 0 ? null : errors / requests,
  rate: requests / 10,
  rpm: requests * 6,
  p50Ms: p95Ms / 2,
  p95Ms,
});

/**
 * @param {string} title @param {number} from @param {number} to @param {string[]} its @param {'stage' | 'why'} [show]
 * @returns {import('../../scenario/presets/preset').TalkAct}
 */
const act = (title, from, to, its, show = 'stage') => ({
  title,
  from,
  to,
  phases: its,
  show,
  vendor: 'A vendor’s page.',
  filter: 'traffic.type = "demo"{run} AND checkout.failed = true',
  steps: { Show: 'it', Say: title, Do: 'nothing' },
  points: [title],
});
const talk = [
  act('The calm', 0, 90, ['normal', 'before_start', 'calm']),
  act('Black Friday begins', 90, 180, ['black_friday_begins']),
  act('The catastrophe', 180, 300, ['catastrophe', 'peak_failure']),
  act('The investigation', 300, 480, ['investigation', 'over'], 'why'),
];

const AT = Date.UTC(2026, 10, 27, 12, 0, 0);
const phases = [
  { fromMinute: 0, name: 'calm', title: 'Act 1: The calm' },
  { fromMinute: 20, name: 'peak_failure', title: 'Act 3: The catastrophe' },
];
const can = /** @type {const} */ ({ ok: true });
const cannot = { ok: /** @type {false} */ (false), why: 'The outage is under way already: heal first.' };

/** @type {NonNullable<State['pulse']>['flowAlert']} */
const flowAlert = {
  run_id: 'run-1',
  ended_at: null,
  state: 'firing',
  since_minute: 19,
  evaluated_minute: 20,
  conditions: [
    { name: 'db.slow_query', unit: 'spans', observed: 12, threshold: 0, met: true },
    { name: 'error_rate', unit: 'share', observed: 0.75, threshold: 0.2, met: true },
    { name: 'duration_p95', unit: 'ms', observed: 1900, threshold: 2000, met: false },
  ],
  held_minutes: 2,
  for_minutes: 1,
  incidents: [{ fromMinute: 19, toMinute: null }],
};

/** @param {number} minute @param {number | null} errorRate what was seen; null: nothing yet @returns {CurveMinute} */
const curveMinute = (minute, errorRate) => ({
  minute,
  phase: 'peak_failure',
  target: { errorRate: 0.78, rpm: 1050, graded: minute === 20 },
  predicted: { errorRate: 0.77, p95Ms: 3100 },
  observed:
    errorRate === null
      ? null
      : {
          complete: true,
          seconds: 6,
          requests: 100,
          errors: 100 * errorRate,
          rpm: 1000,
          errorRate,
          p50Ms: 900,
          p95Ms: 3200,
          lostUsd: 1234,
          keptOneIn: 1,
        },
  baseline:
    errorRate === null ? null : { requests: 10, errors: 0, rpm: 100, errorRate: 0, p50Ms: 4, p95Ms: 9 },
  query: { requests: 20, p50Ms: 1200, p95Ms: 1300 },
  pool: {
    used: 5,
    waiting: 31,
    waitingPeak: 40,
    max: 5,
    timeouts: 75,
    timeoutsPerSecond: 12.5,
    waitP95Ms: 2000,
  },
});

/** @returns {State} */
export const failingState = () => ({
  history: [0, 1, 2].map((second) => ({
    at: AT / 1000 - 2 + second,
    minute: 21,
    baseline: { rpm: 100, errorRate: 0, p95Ms: 9 },
    demo: { rpm: 1000, errorRate: 0.75, p95Ms: 3200 },
    lostUsdPerMinute: 900,
  })),
  pulse: {
    at: new Date(AT).toISOString(),
    windowSeconds: 10,
    scenario: {
      source: 'override',
      mode: 'blackfriday',
      title: 'Black Friday',
      runId: 'run-1',
      state: 'running',
      minute: 21.4,
      phase: 'peak_failure',
      phaseTitle: 'Act 3: The catastrophe',
      phases,
      startsInSeconds: null,
      paused: true,
      ablation: null,
      minuteSeconds: 6,
      durationMinutes: 30,
      scale: 0.25,
      graded: true,
      expiresInSeconds: 600,
    },
    telemetry: { arriving: true, lastSpanAgeMs: 200, keptOneIn: 1 },
    baseline: stats(17, 0, 9),
    demo: stats(160, 120, 3200),
    business: {
      orders: 240,
      earnedUsd: 114_000,
      conversion: 0.25,
      basketUsd: 475,
      refused: 3,
      abandonedCarts: 12,
    },
    lost: { usdPerMinute: 900, usdInAll: 12_345, runId: 'run-1' },
    flowAlert,
    queue: {
      service: 'product-catalog',
      pool: 'recommendation',
      statement: 'recommendation',
      lacks: 'a connection from the pool',
    },
    chain: [
      { title: 'The index', value: 'absent', note: 'idx_products_category, as PostgreSQL has it', bad: true },
      { title: 'The query', value: { ms: 1200 }, note: 'median; it scans the whole table', bad: true },
      { title: 'The pool', value: '5 of 5', note: 'connections in use, 31 requests wait', bad: true },
    ],
    changes: [
      {
        kind: 'index',
        name: 'idx_products_category',
        now: 'absent',
        normal: 'present',
        words: ['index absent', 'idx_products_category'],
        heal: 'Build idx_products_category again, concurrently',
        seen: true,
      },
      {
        kind: 'pool',
        name: 'recommendation',
        now: '5',
        normal: '25',
        words: ['pool of 5', 'normally 25 connections'],
        heal: 'Give the pool its 25 connections',
        seen: false,
      },
    ],
    pool: {
      service: 'product-catalog',
      pool: 'recommendation',
      used: 5,
      idle: 0,
      max: 5,
      pending: 31,
      timeouts: 400,
      meanWaitMs: 1900,
      queryP50Ms: 1200,
      queryP95Ms: 1300,
      waitP95Ms: 2000,
    },
    point: {
      at: AT / 1000,
      minute: 21,
      baseline: { rpm: 100, errorRate: 0, p95Ms: 9 },
      demo: { rpm: 1000, errorRate: 0.75, p95Ms: 3200 },
      lostUsdPerMinute: 900,
    },
    thresholds: { degradingErrorRate: 0.02, failingErrorRate: 0.2, slowP95Ms: 2000 },
    historySeconds: 600,
  },
  conductor: {
    state: 'idle',
    pending: null,
    lastError: null,
    actions: [],
    can: {
      start: cannot,
      pause: cannot,
      resume: can,
      goto: can,
      abort: can,
      'ablate-index': can,
      'ablate-pool': can,
      'ablate-release': cannot,
      'ablate-cards': cannot,
      'ablate-payment': cannot,
      'ablate-spread': cannot,
      'ablate-single-flight': cannot,
      'ablate-ttl': cannot,
      'ablate-none': cannot,
    },
    choices: {
      outages: [
        { mode: 'blackfriday', title: 'Black Friday', peakMinute: 20 },
        { mode: 'blackfriday-v3', title: 'Black Friday, third version', peakMinute: 25 },
      ],
      paces: [
        { minuteSeconds: 60, runSeconds: 1800 },
        { minuteSeconds: 6, runSeconds: 180 },
      ],
      ablations: [
        { what: 'index', action: 'Restore only the index' },
        { what: 'none', action: 'Put every cause back' },
      ],
      talk,
    },
    watched: [
      {
        id: 1,
        action: 'goto',
        title: 'Jump to minute 20',
        at: new Date(AT).toISOString(),
        state: 'confirmed',
        checks: [{ what: 'the load generator sends minute 20', seenAfterMs: 1400 }],
      },
    ],
    indexes: {
      idx_products_category: 'absent',
      idx_products_category_active: 'present',
      idx_products_stock_quantity: 'present',
    },
    run: { runId: 'run-1', startedBy: 'console', expiresAt: new Date(AT + 600_000).toISOString() },
    links: { trace: 'https://vendor.example/trace/{traceId}' },
  },
  curve: {
    runId: 'run-1',
    mode: 'blackfriday',
    title: 'Black Friday',
    state: 'running',
    minute: 21.4,
    startedAt: new Date(AT - 126_000).toISOString(),
    endedAt: null,
    minuteSeconds: 6,
    durationMinutes: 30,
    scale: 0.25,
    catalogRows: 500_000,
    storageEmulation: true,
    ablation: null,
    phases,
    minutes: [curveMinute(19, 0.1), curveMinute(20, 0.75), curveMinute(21, null)],
    flowAlert: { ...flowAlert, predicted_minute: 19 },
    events: [],
    lostUsd: 12_345,
  },
  traces: {
    failing: [header('f1'.padEnd(32, '0'), true)],
    healthy: [header('a1'.padEnd(32, '0'), false)],
    slow: [],
    baseline: [],
  },
  explain: {
    query: { text: 'select id from shop.products where category = $1', values: ['electronics'] },
    now: 'withoutIndex',
    ageMs: 500,
    error: null,
    withIndex: null,
    withoutIndex: {
      at: new Date(AT).toISOString(),
      indexUsed: null,
      fullTableScan: true,
      totalCost: 20_000,
      lines: ['Limit', '  ->  Seq Scan on products'],
      analyzed: false,
    },
    measured: { requests: 42, p50Ms: 1200, p95Ms: 1300, seconds: 10 },
  },
  map: {
    at: new Date(AT).toISOString(),
    windowSeconds: 60,
    nodes: [
      { name: 'frontend', kind: 'service', active: true, traffic: { all: stats(100, 75, 3200) } },
      { name: 'product-catalog', kind: 'service', active: true, traffic: { demo: stats(100, 75, 3200) } },
    ],
    edges: [
      {
        from: 'frontend',
        to: 'product-catalog',
        traffic: {
          baseline: { calls: 100, rate: 1.5, errorRate: 0, meanMs: 5 },
          demo: { calls: 900, rate: 15, errorRate: 0.75, meanMs: 2000 },
        },
      },
    ],
  },
});

/** @param {string} traceId @param {boolean} failed @returns {TraceHeader} */
function header(traceId, failed) {
  return {
    traceId,
    traffic: 'demo',
    failed,
    name: 'POST /api/checkout',
    service: 'frontend',
    start: new Date(AT).toISOString(),
    durationMs: failed ? 2100 : 300,
    spans: 2,
    services: ['frontend', 'product-catalog'],
    failedSpans: failed ? 1 : 0,
    waitedInVain: failed,
    complete: true,
  };
}

/** @param {Partial<SpanNode>} is @returns {SpanNode} */
const span = (is) => ({
  spanId: '1',
  parentSpanId: null,
  service: 'frontend',
  name: 'POST /api/checkout',
  kind: 'SERVER',
  startOffsetMs: 0,
  durationMs: 2100,
  status: { code: 'ERROR', message: '' },
  attributes: {},
  events: [],
  links: [],
  children: [],
  ...is,
});

/** A checkout that waited for a connection in vain; the wait links to the scan that had it. @returns {TraceTree} */
export const failedTrace = () => ({
  ...header('f1'.padEnd(32, '0'), true),
  depth: 2,
  roots: [
    span({
      children: [
        span({
          spanId: '2',
          parentSpanId: '1',
          service: 'product-catalog',
          name: 'acquire recommendation',
          kind: 'INTERNAL',
          startOffsetMs: 50,
          durationMs: 2000,
          attributes: { 'db.connection.pool.exhausted': true },
          links: [
            {
              traceId: 'b2'.padEnd(32, '0'),
              spanId: '9',
              attributes: { 'shop.pool.held_ms': 1100 },
              available: true,
            },
          ],
        }),
      ],
    }),
  ],
});
