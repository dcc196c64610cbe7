import { z } from 'zod';
import { MAIN_CATEGORY } from '../../scenario/sql/catalog';
import { JumpWatch } from '../../scenario/override/clock';
import { databaseReady, poolsByName } from '../lib/database';
import { readEnv } from '../lib/env';
import { serviceRedis } from '../lib/redis';
import { ScenarioSubscription, unixNow } from '../lib/scenario-subscription';
import { runService } from '../lib/server';
import { sendMetrics } from '../lib/telemetry/bootstrap';
import { PlanObserver } from './plan-observer';
import { createPools, resizePools } from './pools';
import { recommendationsQuery, USUAL_VALUES } from '../lib/queries/recommendations-query';
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
  const cache = new RecommendationCache(serviceRedis());
  plans.watch(recommendationsQuery, [...USUAL_VALUES]);
  plans.watch(newestQuery, [MAIN_CATEGORY, 50]);
  plans.watch(lowStockQuery, [12]);
  const subscription = new ScenarioSubscription(env.DATABASE_URL, 'product-catalog/scenario');
  const jumps = new JumpWatch();
  subscription.onChange((effective) => {
    const { cache: rules, minuteSeconds } = effective.scenario;
    resizePools(pools, effective, env.POOL_REPLICAS);
    cache.follow(rules, minuteSeconds, jumps.look(effective, unixNow()));
    void plans.refresh().catch(() => undefined);
    // Who changed the scenario waits to see the pool follow.
    void sendMetrics();
  });
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
    health: () => ({ pools: poolsByName(Object.values(pools)), plans: plans.state() }),
    close: () => plans.close(),
    subscription,
  });
}
