import { mayBePoolOf } from '../../pools/pool-share';
import type { Cause, Queue, Sign } from '../cause';
import { poolLink } from '../pool-link';
import {
  BASELINE_POOL,
  HEALTHY_POOL,
  healthyPool,
  POOL_ABLATION,
  scaledPool,
  type PoolPart,
} from './document';
import { choosePool } from './law';

function withMax({ pools }: PoolPart, max: number): PoolPart {
  return { pools: { ...pools, recommendation: { ...pools.recommendation, max } } };
}

/** Whose pool it is, and what its metrics call it. */
const QUEUE: Queue = {
  service: 'product-catalog',
  pool: 'recommendation',
  statement: 'recommendation',
  lacks: 'a connection from the pool',
};

/** Whether the pool has its size by its own metric; null before that came. */
function isSeen({ recommendation }: PoolPart['pools']): Sign['seen'] {
  return (shop) => {
    const { max } = shop.pool(QUEUE.service, QUEUE.pool);
    return max === null ? null : mayBePoolOf(recommendation.max, max);
  };
}

/** The recommendation query's pool is too small for how long a query takes. The services follow the document. */
export const smallPool: Cause = {
  name: 'small-pool',
  fit: (settings, points, scale) => {
    const own = settings['small-pool'] ?? HEALTHY_POOL;
    const preferred = scaledPool(own.max, scale);
    // Scans that take what they take leave no pool to choose.
    if (settings['slow-storage']?.scanMs !== undefined)
      return { settings: { 'small-pool': { ...own, max: preferred } }, faults: [] };
    const { connections, faults } = choosePool(points, preferred, healthyPool(scale).max);
    return { settings: { 'small-pool': { ...own, max: connections ?? own.max } }, faults };
  },
  resolve: ({ config, settings, scale }) => {
    const { max, acquireTimeoutMs } = settings['small-pool'] ?? healthyPool(scale);
    return {
      pools: {
        recommendation: {
          max: config.pool?.max === undefined ? max : scaledPool(config.pool.max, scale),
          acquireTimeoutMs: config.pool?.acquireTimeoutMs ?? acquireTimeoutMs,
        },
        baseline: { ...BASELINE_POOL },
      },
    };
  },
  partOf: ({ pools }) => ({ pools: structuredClone(pools) }),
  bottleneck: ({ pools: { recommendation } }, before) => ({
    ...before,
    connections: recommendation.max,
    acquireTimeoutMs: recommendation.acquireTimeoutMs,
  }),
  delays: ({ pools }) => ({ waitMs: pools.recommendation.acquireTimeoutMs }),
  // With its normal size it is not what a failing outage exhausts.
  telltales: ({ pools, scale }, { predicted }, before) =>
    pools.recommendation.max < healthyPool(scale).max && predicted.errorRate > 0
      ? new Set([...before, 'db.connection.pool.exhausted'])
      : before,
  signs: ({ pools, scale }) => {
    const { max } = pools.recommendation;
    const normal = String(healthyPool(scale).max);
    return [
      {
        kind: 'pool',
        name: 'recommendation',
        now: String(max),
        normal,
        words: [`pool of ${max}`, `normally ${normal} connections`],
        heal: `Give the pool its ${normal} connections`,
        seen: isSeen(pools),
      },
    ];
  },
  confirmations: ({ pools }) => [
    {
      what: `The recommendation pool has ${pools.recommendation.max} connections`,
      seen: (shop) => isSeen(pools)(shop) === true,
    },
  ],
  queue: QUEUE,
  chain: (shop) => [poolLink(shop.pool(QUEUE.service, QUEUE.pool), 'requests wait')],
  inConfig: ({ pool }) =>
    pool?.max !== undefined && pool.max < HEALTHY_POOL.max
      ? [`pool.max is ${pool.max}, below the normal ${HEALTHY_POOL.max}`]
      : [],
  levers: ({ pools: { recommendation }, scale }) => [
    { key: ['pool', 'max'], value: Math.max(1, Math.round(recommendation.max / scale)) },
    { key: ['pool', 'acquireTimeoutMs'], value: recommendation.acquireTimeoutMs },
  ],
  remedy: `give the pool its connections: \`pool.max: ${HEALTHY_POOL.max}\``,
  runKeys: [['pool', 'max']],
  ablations: [
    {
      name: POOL_ABLATION,
      title: 'with the large pool',
      action: 'Restore only the pool',
      done: 'The pool has been restored',
      event: 'pool restored, index still absent',
      headline: {
        well: 'The pool is back: checkouts succeed, without the index',
        slow: 'The pool is back: checkouts succeed, slowly',
      },
      promise: { where: 'peak', errorRate: 0.05, since: 'the pool is large', p95AboveMs: 1000 },
      // Nobody is turned away at the pool any more: at the peak 4.6 times the scans (45 ms of CPU each, of 500,000
      // rows) and 4.6 times the whole checkouts (30 ms). At scale 0.25 that was 1.35 of two cores, where the outage
      // takes 0.5, and next to something else baseline starved.
      lighter: 0.4,
      // As configuration has it: of scale 1.
      config: () => ({ 'pool.max': String(HEALTHY_POOL.max) }),
      take: (scenario) => withMax(scenario, healthyPool(scenario.scale).max),
      putBack: (scenario, settings) =>
        withMax(scenario, scaledPool((settings['small-pool'] ?? HEALTHY_POOL).max, scenario.scale)),
    },
  ],
  evidence: {
    attributes: ['db.connection.pool.exhausted'],
    trail: 'the acquire span tells how many held the pool, how many waited, and how old the oldest query was',
  },
  explain: () =>
    "Each query holds one of the pool's few connections, so most checkouts wait for a connection, and give up. Browsing has an index and a pool of its own: it never noticed.",
};
