import type { TrafficType } from '../../scenario/types';
import { every, type BackgroundTask } from '../lib/background';
import { currentCohort } from '../lib/cohort';
import { redisCall, type createRedis } from '../lib/redis';
import { meter } from '../lib/telemetry/metrics';

/** A cart that nobody touches for so long is abandoned (ms): soon enough to be seen within a run. */
export const ABANDONED_AFTER_MS = 5 * 60_000;
const LOOK_EVERY_MS = 30_000;

/** By cart: when it was last touched (Unix ms), and by which cohort. */
const OPEN = 'carts:open';

/** Carts with something in them that are neither bought nor emptied, in Redis: any replica finds what none came back for. */
export class OpenCarts {
  private readonly abandoned = meter().createCounter('shop.cart.abandoned', {
    unit: '{cart}',
    description: 'Carts with something in them that nobody touched for five minutes.',
  });
  private readonly abandonedValue = meter().createCounter('shop.cart.abandoned_value', {
    unit: '{USD}',
    description: 'Value of the goods in abandoned carts, at the prices the customers saw.',
  });

  constructor(
    private readonly redis: Pick<ReturnType<typeof createRedis>, 'hset' | 'hdel' | 'hgetall'>,
    private readonly now: () => number = Date.now,
  ) {}

  /** Somebody has put something into it. @throws HttpError 503 */
  async touch(cartId: string): Promise<void> {
    const { trafficType } = currentCohort();
    await redisCall(() => this.redis.hset(OPEN, cartId, `${this.now()} ${trafficType}`));
  }

  /** It is bought, or emptied. @throws HttpError 503 */
  async close(cartId: string): Promise<void> {
    await redisCall(() => this.redis.hdel(OPEN, cartId));
  }

  /**
   * Counts carts that were abandoned, each once, whichever replica looks; one that is touched again may be abandoned again.
   *
   * @param valueOf a cart (cents); 0 for one that is no longer there
   */
  async countAbandoned(valueOf: (cartId: string) => Promise<number>): Promise<void> {
    for (const [cartId, stored] of Object.entries(await redisCall(() => this.redis.hgetall(OPEN)))) {
      const [touched, trafficType] = stored.split(' ') as [string, TrafficType];
      if (this.now() - Number(touched) < ABANDONED_AFTER_MS) continue;
      if ((await redisCall(() => this.redis.hdel(OPEN, cartId))) === 0) continue;
      const cents = await valueOf(cartId);
      if (cents === 0) continue;
      this.abandoned.add(1, { 'traffic.type': trafficType });
      this.abandonedValue.add(cents / 100, { 'traffic.type': trafficType });
    }
  }

  /** Counts them now and then. */
  watch(valueOf: (cartId: string) => Promise<number>): BackgroundTask {
    return every(LOOK_EVERY_MS, 'abandoned carts', () => this.countAbandoned(valueOf));
  }
}
