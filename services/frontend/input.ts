import { z } from 'zod';
import { CURRENCY_CODES } from '../currency/rates';

/** What callers may send to the frontend. */

const id = z.string().regex(/^[\w.:-]{1,64}$/, 'must be 1 to 64 letters, digits or _ . : -');
const category = z.string().regex(/^[a-z][a-z-]{0,31}$/, 'must be a category such as electronics');
// The list itself, not just three letters: a currency nobody can charge is refused before anything is asked for.
const currency = z
  .enum(CURRENCY_CODES, { error: `must be one of ${CURRENCY_CODES.join(', ')}` })
  .default('USD');
const productId = z.int().min(1).max(2_147_483_647);
const quantity = z.int().min(1).max(99);
const idempotencyKey = z.string().regex(/^[\w.:-]{1,128}$/, 'must be 1 to 128 letters, digits or _ . : -');

/** A product number in a path. */
const productIdText = z
  .string()
  .regex(/^[1-9]\d{0,9}$/, 'must be a product number')
  .transform(Number)
  .pipe(productId);

export const DEFAULT_CATEGORY = 'electronics';

export const browseBody = z.object({
  user_id: id.optional(),
  cart_id: id.optional(),
  category: category.default(DEFAULT_CATEGORY),
  currency,
});
export type BrowseInput = z.infer<typeof browseBody>;

export const checkoutBody = z.object({
  user_id: id,
  cart_id: id,
  items: z
    .array(z.object({ product_id: productId, quantity }))
    .min(1)
    .max(50)
    .refine(
      (items) => new Set(items.map((item) => item.product_id)).size === items.length,
      'must name each product once',
    )
    .optional(),
  currency,
  zip: z
    .string()
    .regex(/^\d{5}(-\d{4})?$/, 'must be a US ZIP code such as 10001')
    .default('10001'),
  idempotency_key: idempotencyKey.optional(),
});
export type CheckoutInput = z.infer<typeof checkoutBody>;

export const checkoutHeaders = z.object({
  'Idempotency-Key': z
    .string()
    // The draft standard quotes the key, many clients don't.
    .transform((value) => value.replace(/^"(.*)"$/, '$1'))
    .pipe(idempotencyKey)
    .optional(),
  'x-request-timeout-ms': z
    .string()
    .regex(/^[1-9]\d{0,5}$/, 'must be a whole number of milliseconds, at most 999999')
    .transform(Number)
    .optional(),
});

export const productsQuery = z.object({
  category: category.default(DEFAULT_CATEGORY),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'must be a whole number from 1')
    .transform(Number)
    .pipe(z.int().max(50))
    .optional(),
});
export const productParams = z.object({ id: productIdText });

export const cartParams = z.object({ id });
export const cartItemParams = z.object({ id, productId: productIdText });
export const cartItemBody = z.object({ product_id: productId, quantity: quantity.default(1) });
export const cartQuantityBody = z.object({ quantity });
