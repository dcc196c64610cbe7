import { DEAL_OF_THE_DAY } from '../../scenario/sql/catalog';
import { HttpError } from '../lib/errors';
import type { Charge } from '../lib/charge';
import { logger } from '../lib/logger';
import { step } from './checkout-failure';
import type { CheckoutRequest, CheckoutServices, OrderToPlace, PlacedOrder, PricedOrder } from './order';
import { orderIdFor } from './order-id';
import { parcelOf } from './parcel';
import { findPlacedBefore } from './placed-before';
import type { Cart } from './shop';

/** Recommendations shown beside a finished order. */
const RECOMMENDATIONS_SHOWN = 3;

/**
 * A checkout: cart → shipping → recommendations → currency → inventory → payment → checkout, one after the other, as the
 * shop's architecture has it: shipping is quoted before, so that a failed trace shows it; nobody pays for what is not
 * there. Prices come from the catalog, so that the order's value is known before the
 * recommendations are asked for. A retry may get the order of its first request right after the cart.
 *
 * @param onPriced told the order as soon as its value is known, so that a failed checkout can tell what was lost
 * @throws CheckoutFailedError naming the step whose service failed; HttpError 402 `card-declined`, 404
 *   `unknown-product`, 409 `out-of-stock`
 */
export async function placeOrder(
  request: CheckoutRequest,
  services: CheckoutServices,
  onPriced: (order: PricedOrder) => void,
): Promise<PlacedOrder> {
  const cart = await step('cart', () => services.readCart(request.cart_id));
  const placedBefore = await step('checkout', () => findPlacedBefore(request, services)).catch(
    async (error: unknown) => {
      // What is lost is known all the same.
      onPriced(await priceOrder(request, cart, services));
      throw error;
    },
  );
  if (placedBefore) {
    // The cart stays as it is: what is in it now may have been put there after that order.
    onPriced(placedBefore);
    return placedBefore;
  }
  const order = await priceOrder(request, cart, services);
  onPriced(order);

  const shipping = await step('shipping', () => services.quoteShipping(parcelOf(order.lines), request.zip));
  const recommendations = await step('recommendations', () =>
    services.fetchRecommendations(request.user_id, request.recommendationsTimeoutMs),
  );
  const total = await step('currency', () =>
    services.convertFromUsd(order.goodsCents + shipping.cost_cents, request.currency),
  );
  const paymentId = await reserveAndPay(
    {
      order_id: order.orderId,
      amount: total.converted,
      currency: request.currency,
      user_id: request.user_id,
      ...(request.card === undefined ? {} : { card: request.card }),
    },
    order,
    request,
    services,
  );
  if (paymentId === null) {
    await services
      .recordDeclined({
        order_id: order.orderId,
        user_id: order.userId,
        currency: request.currency,
        total_cents: Math.round(total.converted * 100),
      })
      .catch(noted({ event: 'declined_order_not_recorded', 'order.id': order.orderId }, 'not recorded'));
    throw new HttpError(402, 'card-declined', 'The card was declined: pay with another one.', {
      order_id: order.orderId,
    });
  }
  const created = await step('checkout', () =>
    services.createOrder({
      order_id: order.orderId,
      idempotency_key: request.idempotencyKey,
      user_id: request.user_id,
      currency: request.currency,
      total_cents: Math.round(total.converted * 100),
      payment_id: paymentId,
      items: order.lines.map(({ product, quantity }) => ({
        product_id: product.id,
        quantity,
        unit_price_cents: product.price_cents,
        name: product.name,
      })),
    }),
  );
  await emptyBoughtCart(cart, order, services);
  const { orderId, userId, pieces, goodsCents } = order;
  return {
    orderId,
    userId,
    pieces,
    goodsCents,
    created,
    paymentId,
    shipping,
    recommendations: recommendations.slice(0, RECOMMENDATIONS_SHOWN),
  };
}

/** What is bought: what the request names, else what is in the cart, else the deal of the day. */
export function wantedItems(
  request: Pick<CheckoutRequest, 'items'>,
  cart: Cart,
): { product_id: number; quantity: number }[] {
  if (request.items) return request.items;
  if (cart.items.length > 0) return cart.items;
  return [{ product_id: DEAL_OF_THE_DAY, quantity: 1 }];
}

async function priceOrder(
  request: CheckoutRequest,
  cart: Cart,
  services: CheckoutServices,
): Promise<OrderToPlace> {
  const lines = await step('products', () =>
    Promise.all(
      wantedItems(request, cart).map(async ({ product_id, quantity }) => ({
        product: await services.product(product_id),
        quantity,
      })),
    ),
  );
  return {
    orderId: orderIdFor(request.user_id, request.idempotencyKey),
    userId: request.user_id,
    lines,
    pieces: lines.reduce((sum, { quantity }) => sum + quantity, 0),
    goodsCents: lines.reduce((sum, { product, quantity }) => sum + product.price_cents * quantity, 0),
  };
}

/**
 * Puts the pieces aside, then charges the card; or leaves both to the inventory, where its transaction spans the payment.
 * A payment in doubt keeps its pieces: the inventory finds out by itself, and those of an order that is never written come
 * back after a while.
 *
 * @returns the payment's number; null for a declined card, whose pieces are given back
 */
async function reserveAndPay(
  payment: Charge,
  order: OrderToPlace,
  request: CheckoutRequest,
  services: CheckoutServices,
): Promise<string | null> {
  const items = order.lines.map(({ product, quantity }) => ({ product_id: product.id, quantity }));
  const reservation = { order_id: order.orderId, items };
  if (request.paymentInTransaction)
    return step('inventory', () => services.reserveAndCharge(reservation, payment));
  await step('inventory', () => services.reserveStock(reservation));
  const paymentId = await step('payment', () => services.charge(payment));
  if (paymentId === null) {
    // A declined card is the same for every retry: its pieces are for others. They come back later if not now.
    await services
      .releaseStock(order.orderId)
      .catch(noted({ event: 'stock_not_released', 'order.id': order.orderId }, 'reservation kept'));
  }
  return paymentId;
}

/** The order is written: a cart that can't be emptied now must not turn it into a failure. */
async function emptyBoughtCart(cart: Cart, order: OrderToPlace, services: CheckoutServices): Promise<void> {
  const bought = new Set(order.lines.map(({ product }) => product.id));
  if (cart.items.length === 0 || !cart.items.every((item) => bought.has(item.product_id))) return;
  const ids = { 'cart.id': cart.cart_id, 'order.id': order.orderId };
  await services.emptyCart(cart.cart_id).catch(noted({ event: 'cart_not_emptied', ...ids }, 'cart kept'));
}

/** Notes a failure that must not change what the customer is answered. */
function noted(fields: Record<string, string>, message: string): (error: unknown) => void {
  return (error) => logger.warn({ ...fields, err: error }, message);
}
