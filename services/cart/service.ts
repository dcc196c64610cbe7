import { redisReady, serviceRedis } from '../lib/redis';
import { runService } from '../lib/server';
import { CartStore } from './cart-store';
import { OpenCarts } from './open-carts';
import { cartRoutes } from './routes';

/** Starts the cart service. */
export async function start(): Promise<void> {
  const redis = serviceRedis();
  const open = new OpenCarts(redis);
  const store = new CartStore(redis, open);
  const watch = open.watch(async (cartId) => (await store.read(cartId)).total_cents);
  await runService({
    name: 'cart',
    routes: cartRoutes(store),
    readiness: { redis: () => redisReady(redis) },
    close: () => watch.stop(),
  });
}
