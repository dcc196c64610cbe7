import { z } from 'zod';
import { MAIN_CATEGORY } from '../../scenario/sql/catalog';
import {
  CURRENCY_CODES,
  categoryField,
  idempotencyKeyField,
  idempotencyKeyHeaderField,
  idField,
  orderItemsField,
  productIdField,
  productIdTextField,
  quantityField,
  zipField,
} from '../lib/fields';

/** What callers may send to the frontend. */

// The list itself, not just three letters: a currency nobody can charge is refused before anything is asked for.
const currency = z.enum(CURRENCY_CODES, { error: `must be one of ${CURRENCY_CODES.join(', ')}` });

export const browseBody = z.object({
  user_id: idField.optional(),
  cart_id: idField.optional(),
  category: categoryField.default(MAIN_CATEGORY),
  // As seed 003 has it: a visitor's prices are converted, a buyer's card is charged in dollars.
  currency: currency.default('EUR'),
});
export type BrowseInput = z.infer<typeof browseBody>;

export const checkoutBody = z.object({
  /** A guest's order needs neither. */
  user_id: idField.optional(),
  cart_id: idField.optional(),
  items: orderItemsField.optional(),
  currency: currency.default('USD'),
  zip: zipField.default('10001'),
  /** Which of the customer's cards, by its token at the payment provider. */
  card: idField.optional(),
  idempotency_key: idempotencyKeyField.optional(),
});
export type CheckoutInput = z.infer<typeof checkoutBody>;

export const checkoutHeaders = z.object({
  'Idempotency-Key': idempotencyKeyHeaderField.optional(),
  'x-request-timeout-ms': z
    .string()
    .regex(/^[1-9]\d{0,5}$/, 'must be a whole number of milliseconds, at most 999999')
    .transform(Number)
    .optional(),
});

export const productsQuery = z.object({
  category: categoryField.default(MAIN_CATEGORY),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'must be a whole number from 1')
    .transform(Number)
    .pipe(z.int().max(50))
    .optional(),
});
export const productParams = z.object({ id: productIdTextField });

export const cartParams = z.object({ id: idField });
export const cartItemParams = z.object({ id: idField, productId: productIdTextField });
export const cartItemBody = z.object({ product_id: productIdField, quantity: quantityField.default(1) });
export const cartQuantityBody = z.object({ quantity: quantityField });
