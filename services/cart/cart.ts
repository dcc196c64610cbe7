import { z } from 'zod';
import { MAX_QUANTITY } from '../lib/fields';
import { readJson } from '../lib/validate';

/** A line of a cart. The price is the one the customer saw when the product was put in; checkout asks again. */
export interface CartItem {
  product_id: number;
  quantity: number;
  unit_price_cents: number;
  name: string;
}

export interface Cart {
  cart_id: string;
  items: CartItem[];
  total_cents: number;
}

/** Different products in one cart. */
export const MAX_LINES = 50;

/** What is stored of a line, beside its quantity. */
const storedDetails = z.object({
  unit_price_cents: z.int().min(0),
  name: z.string(),
});

const QUANTITY_FIELD = /^([1-9]\d{0,9}):quantity$/;

/** The hash fields of a line: the quantity apart, so that Redis can count it up without a read. */
export const quantityField = (productId: number): string => `${productId}:quantity`;
export const detailsField = (productId: number): string => `${productId}:details`;

/** The details of a line as they are stored. */
export const storeDetails = (item: Pick<CartItem, 'unit_price_cents' | 'name'>): string =>
  JSON.stringify({ unit_price_cents: item.unit_price_cents, name: item.name });

/** How many different products a cart's hash holds. */
export function countLines(hash: Readonly<Record<string, string>>): number {
  return Object.keys(hash).filter((field) => QUANTITY_FIELD.test(field)).length;
}

/**
 * The cart that a Redis hash stands for, its lines by product id. A line whose two fields don't agree (one was
 * removed while the other was written, or another version wrote it) isn't shown.
 */
export function readCart(cartId: string, hash: Readonly<Record<string, string>>): Cart {
  const items: CartItem[] = [];
  for (const [field, value] of Object.entries(hash)) {
    const productId = Number(QUANTITY_FIELD.exec(field)?.[1]);
    const quantity = Number(value);
    if (!Number.isInteger(productId) || !Number.isInteger(quantity) || quantity < 1) continue;
    const details = readJson(storedDetails, hash[detailsField(productId)]);
    if (!details) continue;
    items.push({ product_id: productId, quantity: Math.min(quantity, MAX_QUANTITY), ...details });
  }
  items.sort((a, b) => a.product_id - b.product_id);
  return {
    cart_id: cartId,
    items,
    total_cents: items.reduce((sum, item) => sum + item.quantity * item.unit_price_cents, 0),
  };
}
