import type { CheckoutRequest, PlacedOrder } from './order';
import { orderIdFor } from './order-id';
import type { Shop } from './shop';

/**
 * The order an earlier request with the same idempotency key placed, as it was written then: a retry must neither
 * be priced again nor charged again.
 *
 * Only a request with a key of its caller and without items is looked up. Its goods come from the cart, which the
 * first request emptied: it would be taken for an order of something else, the deal of the day. A request that
 * names its items, as the storefront and the load generator do, is spared the query: its retry is of the same goods
 * at the catalog's prices, under the same order id. The payment's decision depends on that id alone, and the order
 * is written once.
 *
 * To be called after the cart was read. An order is written before its cart is emptied, so whoever sees the
 * emptied cart finds the order, even if both requests came at the same moment.
 *
 * @returns null if there is no such order, or none to be looked for
 */
export async function findPlacedBefore(
  request: CheckoutRequest,
  services: Pick<Shop, 'findOrder'>,
): Promise<PlacedOrder | null> {
  if (!request.keyIsCallers || request.items) return null;
  const stored = await services.findOrder(orderIdFor(request.user_id, request.idempotencyKey));
  if (!stored) return null;
  const { items } = stored;
  return {
    orderId: stored.order_id,
    userId: stored.user_id,
    pieces: items.reduce((sum, { quantity }) => sum + quantity, 0),
    goodsCents: items.reduce((sum, { quantity, unit_price_cents }) => sum + quantity * unit_price_cents, 0),
    created: {
      order_id: stored.order_id,
      created: false,
      total_cents: stored.total_cents,
      currency: stored.currency,
    },
    paymentId: stored.payment_id,
    shipping: null,
    recommendations: [],
  };
}
