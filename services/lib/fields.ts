import { z } from 'zod';

/** Fields that several services take, so that what one accepts the next one does not refuse. */

/** The largest `integer` of PostgreSQL. */
export const INT4_MAX = 2_147_483_647;

/** Pieces of one product in a cart or an order. */
export const MAX_QUANTITY = 99;

/** The id of a user, a cart, an order or a payment, as callers choose them: never a dot segment of a path. */
export const idField = z
  .string()
  .regex(/^(?!\.+$)[\w.:-]{1,64}$/, 'must be 1 to 64 letters, digits or _ . : -, not dots alone');

export const productIdField = z.int().min(1).max(INT4_MAX);

/** A product number in a path. */
export const productIdTextField = z
  .string()
  .regex(/^[1-9]\d{0,9}$/, 'must be a product number')
  .transform(Number)
  .pipe(productIdField);

export const quantityField = z.int().min(1).max(MAX_QUANTITY);

/** The products of an order, each once. */
export const orderItemsField = z
  .array(z.object({ product_id: productIdField, quantity: quantityField }))
  .min(1)
  .max(50)
  .refine(
    (items) => new Set(items.map((item) => item.product_id)).size === items.length,
    'must name each product once',
  );

export const priceCentsField = z.int().min(0).max(INT4_MAX);

export const categoryField = z
  .string()
  .regex(/^[a-z][a-z-]{0,31}$/, 'must be a category such as electronics');

/** The currencies of the shop, as ISO 4217 names them: what can be priced, asked for and charged. */
export const CURRENCY_CODES = ['EUR', 'USD', 'GBP', 'JPY', 'CHF', 'CAD', 'AUD', 'SEK', 'INR', 'BRL'] as const;
export type CurrencyCode = (typeof CURRENCY_CODES)[number];

/** The form of a currency's code; which of them the shop has a rate for is the currency service's business. */
export const currencyCodeField = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as USD');

export const zipField = z.string().regex(/^\d{5}(-\d{4})?$/, 'must be a US ZIP code such as 10001');

/** What a caller names a request by, so that its retries have an effect only once. */
export const idempotencyKeyField = z
  .string()
  .regex(/^[\w.:-]{1,128}$/, 'must be 1 to 128 letters, digits or _ . : -');

/** The same key as the header `Idempotency-Key`: the draft standard quotes it, many clients don't. */
export const idempotencyKeyHeaderField = z
  .string()
  .transform((value) => value.replace(/^"(.*)"$/, '$1'))
  .pipe(idempotencyKeyField);
