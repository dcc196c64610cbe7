import { createRedis, redisReady } from '../lib/redis';
import { runService } from '../lib/server';
import { CartStore } from './cart-store';
import { cartRoutes } from './routes';

/** Starts the cart service. */
export async function start(): Promise<void> {
  const redis = createRedis();
  await runService({
    name: 'cart',
    routes: cartRoutes(new CartStore(redis)),
    readiness: { redis: () => redisReady(redis) },
    close: () => {
      redis.disconnect();
      return Promise.resolve();
    },
  });
}
