import { HttpError } from '../lib/errors';
import { MAX_QUANTITY } from '../lib/fields';
import { type createRedis, redisCall } from '../lib/redis';
import {
  type Cart,
  type CartItem,
  countLines,
  detailsField,
  MAX_LINES,
  quantityField,
  readCart,
  storeDetails,
} from './cart';
import type { OpenCarts } from './open-carts';

/** A cart nobody touches is forgotten after a day (seconds). */
const CART_SECONDS = 24 * 60 * 60;

const cartKey = (cartId: string): string => `cart:${cartId}`;

/** Carts in Redis, one hash `cart:<id>` each. Every method throws HttpError 503 when Redis is away. */
export class CartStore {
  constructor(
    private readonly redis: ReturnType<typeof createRedis>,
    private readonly open: Pick<OpenCarts, 'touch' | 'close'>,
  ) {}

  /** The cart; an empty one if there is none. */
  async read(cartId: string): Promise<Cart> {
    return readCart(cartId, await redisCall(() => this.redis.hgetall(cartKey(cartId))));
  }

  /**
   * Puts pieces of a product in, on top of those that are there.
   * @throws HttpError 409 `quantity-limit` or `cart-full`; the cart is then as it was
   */
  async add(cartId: string, item: CartItem): Promise<Cart> {
    const key = cartKey(cartId);
    await this.refuseWhenFull(key, item.product_id);
    const quantity = await redisCall(() =>
      this.redis.hincrby(key, quantityField(item.product_id), item.quantity),
    );
    if (quantity > MAX_QUANTITY) {
      // Taken back by the same amount, not set: another request may have counted in between.
      await redisCall(() => this.redis.hincrby(key, quantityField(item.product_id), -item.quantity));
      throw new HttpError(
        409,
        'quantity-limit',
        `product ${item.product_id}: at most ${MAX_QUANTITY} pieces in one cart`,
      );
    }
    return this.finishWrite(cartId, item);
  }

  /** Sets the pieces of a product. @throws HttpError 409 `cart-full` */
  async set(cartId: string, item: CartItem): Promise<Cart> {
    const key = cartKey(cartId);
    await this.refuseWhenFull(key, item.product_id);
    await redisCall(() => this.redis.hset(key, quantityField(item.product_id), item.quantity));
    return this.finishWrite(cartId, item);
  }

  /** Takes a product out, however many pieces there are. @throws HttpError 404 if it isn't in */
  async remove(cartId: string, productId: number): Promise<Cart> {
    const removed = await redisCall(() =>
      this.redis.hdel(cartKey(cartId), quantityField(productId), detailsField(productId)),
    );
    if (removed === 0) {
      throw new HttpError(404, 'unknown-item', `product ${productId} is not in cart ${cartId}`);
    }
    const cart = await this.read(cartId);
    if (cart.items.length === 0) await this.open.close(cartId);
    return cart;
  }

  /** Empties the cart. Emptying an empty cart is no error. */
  async clear(cartId: string): Promise<Cart> {
    await redisCall(() => this.redis.del(cartKey(cartId)));
    await this.open.close(cartId);
    return readCart(cartId, {});
  }

  private async finishWrite(cartId: string, item: CartItem): Promise<Cart> {
    const key = cartKey(cartId);
    await redisCall(() => this.redis.hset(key, detailsField(item.product_id), storeDetails(item)));
    await redisCall(() => this.redis.expire(key, CART_SECONDS));
    await this.open.touch(cartId);
    return this.read(cartId);
  }

  private async refuseWhenFull(key: string, productId: number): Promise<void> {
    const hash = await redisCall(() => this.redis.hgetall(key));
    if (quantityField(productId) in hash || countLines(hash) < MAX_LINES) return;
    throw new HttpError(
      409,
      'cart-full',
      `the cart holds ${MAX_LINES} products, its limit: take one out first`,
    );
  }
}
