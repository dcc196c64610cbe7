import type { Cause } from '../cause';
import {
  BASELINE_POOL,
  HEALTHY_POOL,
  healthyPoolAt,
  POOL_ABLATION,
  scaledPool,
  type PoolPart,
} from './document';

function withMax({ pools }: PoolPart, max: number): PoolPart {
  return { pools: { ...pools, recommendation: { ...pools.recommendation, max } } };
}

/** The recommendation query's pool is too small for how long a query takes. The services follow the document. */
export const smallPool: Cause = {
  name: 'small-pool',
  resolve: ({ config, settings, scale, connections }) => ({
    pools: {
      recommendation: {
        max: config.pool?.max === undefined ? connections : scaledPool(config.pool.max, scale),
        acquireTimeoutMs:
          config.pool?.acquireTimeoutMs ?? (settings['small-pool'] ?? HEALTHY_POOL).acquireTimeoutMs,
      },
      baseline: { ...BASELINE_POOL },
    },
  }),
  partOf: ({ pools }) => ({ pools: structuredClone(pools) }),
  bottleneck: ({ pools: { recommendation } }, before) => ({
    ...before,
    connections: recommendation.max,
    acquireTimeoutMs: recommendation.acquireTimeoutMs,
  }),
  deviations: ({ pools, scale }) => {
    const { max } = pools.recommendation;
    const normal = healthyPoolAt(scale);
    return max === normal
      ? []
      : [{ kind: 'pool', name: 'recommendation', now: String(max), normal: String(normal) }];
  },
  ablation: {
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
    // As configuration has it: of scale 1.
    config: () => ({ 'pool.max': String(HEALTHY_POOL.max) }),
    take: (scenario) => withMax(scenario, healthyPoolAt(scenario.scale)),
    putBack: (scenario, settings) =>
      withMax(scenario, scaledPool((settings['small-pool'] ?? HEALTHY_POOL).max, scenario.scale)),
  },
  evidence: {
    attributes: ['db.connection.pool.exhausted'],
    trail: 'the acquire span tells how many held the pool, how many waited, and how old the oldest query was',
  },
};
