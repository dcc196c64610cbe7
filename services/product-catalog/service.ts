import { z } from 'zod';
import { RECOMMENDATION_BAND_CENTS } from '../../scenario/sql/catalog';
import { JumpWatch } from '../../scenario/override/clock';
import { databaseReady } from '../lib/database';
import { readEnv } from '../lib/env';
import { createRedis } from '../lib/redis';
import { ScenarioSubscription, unixNow } from '../lib/scenario-subscription';
import { runService } from '../lib/server';
import { sendMetrics } from '../lib/telemetry/bootstrap';
import { PlanObserver } from './plan-observer';
import { createPools, resizePools } from './pools';
import { recommendationsQuery } from '../lib/queries/recommendations-query';
import { lowStockQuery, newestQuery } from './queries';
import { RecommendationCache } from './recommendation-cache';
import { catalogRoutes } from './routes';

/** Products, and the recommendation query: where the outage is. */
export async function start(): Promise<void> {
  const env = readEnv({
    DATABASE_URL: z.string().min(1),
    POOL_REPLICAS: z.coerce.number().int().min(1).default(1),
  });
  const pools = createPools();
  const plans = new PlanObserver(env.DATABASE_URL);
  const redis = createRedis();
  const cache = new RecommendationCache(redis);
  plans.watch(recommendationsQuery, [
    'electronics',
    RECOMMENDATION_BAND_CENTS.min,
    RECOMMENDATION_BAND_CENTS.max,
  ]);
  plans.watch(newestQuery, ['electronics', 50]);
  plans.watch(lowStockQuery, [12]);
  const subscription = new ScenarioSubscription({
    connectionString: env.DATABASE_URL,
    applicationName: 'product-catalog/scenario',
  });
  const jumps = new JumpWatch();
  subscription.onChange((effective) => {
    const { cache: rules, minuteSeconds } = effective.scenario;
    resizePools(pools, effective, env.POOL_REPLICAS);
    cache.follow(rules, minuteSeconds, jumps.look(effective, unixNow()));
    void plans.refresh().catch(() => undefined);
    // Who changed the scenario waits to see the pool follow.
    void sendMetrics();
  });
  await subscription.start();
  plans.start();
  await runService({
    name: 'product-catalog',
    routes: (router) =>
      catalogRoutes(router, pools, plans, cache, () => {
        const { minute } = subscription.position();
        return minute === null ? null : Math.floor(minute);
      }),
    readiness: {
      postgresql: () => databaseReady(pools.baseline),
      scenario: () => subscription.assertKnown(),
    },
    health: () => ({
      pools: Object.fromEntries(
        Object.values(pools).map((pool: (typeof pools)['baseline']) => [
          pool.name,
          { ...pool.stats(), ...pool.currentSize() },
        ]),
      ),
      plans: plans.state(),
    }),
    close: async () => {
      redis.disconnect();
      await Promise.allSettled([
        ...Object.values(pools).map((pool: (typeof pools)['baseline']) => pool.close()),
        plans.close(),
      ]);
    },
    subscription,
  });
}
