import { redisReady, serviceRedis } from '../lib/redis';
import { runService } from '../lib/server';
import { recommendationRoutes } from './routes';
import { SeenHistory } from './seen-history';

/** Starts the recommendation service. */
export async function start(): Promise<void> {
  const redis = serviceRedis();
  await runService({
    name: 'recommendation',
    routes: recommendationRoutes(new SeenHistory(redis)),
    readiness: { redis: () => redisReady(redis) },
  });
}
