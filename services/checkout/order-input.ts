import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import {
  currencyCodeField,
  idempotencyKeyField,
  idempotencyKeyHeaderField,
  idField,
  priceCentsField,
  productIdField,
  quantityField,
} from '../lib/fields';

/** An order as it is written. */
export interface NewOrder {
  /** UUID. */
  id: string;
  idempotencyKey: string;
  userId: string;
  /** Hundredths of a unit of `currency`, of those without decimals (JPY) too. */
  totalCents: number;
  currency: string;
  items: z.infer<typeof orderItem>[];
  paymentId: string | null;
}

/** Free text that PostgreSQL can store as jsonb: no NUL, no half of a surrogate pair. */
const storableText = z
  .string()
  .min(1)
  .max(200)
  .refine(
    (text) => text.isWellFormed() && !text.includes('\u0000'),
    'must be valid Unicode text without NUL',
  );

/** A product of an order; its price and its name are absent if the caller didn't say. */
const orderItem = z.object({
  product_id: productIdField,
  quantity: quantityField,
  unit_price_cents: priceCentsField.optional(),
  name: storableText.optional(),
});

/** What the frontend sends. */
const pricedOrder = z.object({
  order_id: z.uuid('must be a UUID'),
  idempotency_key: idempotencyKeyField.optional(),
  user_id: idField,
  currency: currencyCodeField,
  // The largest whole number a double carries exactly; the column is a bigint.
  total_cents: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
  payment_id: idField.nullish(),
  items: z.array(orderItem).min(1).max(50),
});

/** One product without a price, e.g. `{user_id, product_id: "prod-123", quantity: 1}`. */
const singleProductOrder = z.object({
  order_id: z.uuid('must be a UUID').optional(),
  idempotency_key: idempotencyKeyField.optional(),
  user_id: idField,
  product_id: z.union(
    [
      productIdField,
      z
        .string()
        .regex(/^prod-[1-9]\d{0,9}$/)
        .transform((text) => Number(text.slice('prod-'.length)))
        .pipe(productIdField),
    ],
    { error: 'must be a product number such as 123, or "prod-123"' },
  ),
  quantity: quantityField.default(1),
});

/** The schema that fits a body: whoever names one product_id and no items orders that product. */
export function orderSchemaFor(body: unknown): typeof pricedOrder | typeof singleProductOrder {
  const single = typeof body === 'object' && body !== null && 'product_id' in body && !('items' in body);
  return single ? singleProductOrder : pricedOrder;
}

export type OrderInput = z.infer<typeof pricedOrder> | z.infer<typeof singleProductOrder>;

/**
 * The order to write. Without an id it gets a fresh one, without an idempotency key its id serves as the key.
 * @param header the request's `Idempotency-Key`, used if the body has none
 * @param priceCents looks up the price (USD cents) of an order that came without one
 */
export async function toNewOrder(
  input: OrderInput,
  header: string | undefined,
  priceCents: (productId: number) => Promise<number>,
): Promise<NewOrder> {
  const orderId = input.order_id ?? randomUUID();
  const common = {
    id: orderId,
    idempotencyKey: input.idempotency_key ?? header ?? orderId,
    userId: input.user_id,
  };
  if ('items' in input) {
    return {
      ...common,
      totalCents: input.total_cents,
      currency: input.currency,
      items: input.items,
      paymentId: input.payment_id ?? null,
    };
  }
  const unitPrice = await priceCents(input.product_id);
  return {
    ...common,
    totalCents: unitPrice * input.quantity,
    currency: 'USD',
    items: [{ product_id: input.product_id, quantity: input.quantity, unit_price_cents: unitPrice }],
    paymentId: null,
  };
}

/** An order whose card was declined. */
export const declinedOrder = z.object({
  order_id: z.uuid('must be a UUID'),
  user_id: idField,
  currency: currencyCodeField,
  total_cents: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
});
export type DeclinedOrder = z.infer<typeof declinedOrder>;

/** The header a caller may give the key in. */
export const idempotencyHeader = z.object({ 'Idempotency-Key': idempotencyKeyHeaderField.optional() });
