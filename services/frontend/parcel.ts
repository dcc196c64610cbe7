import type { OrderLine } from './order';

/** Kilograms of a packed piece by category: the catalog knows no weights. */
const KILOGRAMS_BY_CATEGORY: Readonly<Record<string, number>> = {
  books: 0.6,
  fashion: 0.5,
  toys: 0.8,
  grocery: 1.5,
  home: 2.5,
  sports: 2,
  garden: 4,
};
const KILOGRAMS_OTHERWISE = 1;

/** What shipping needs to know of an order. */
export function parcelOf(lines: readonly OrderLine[]): { weight: number; quantity: number }[] {
  return lines.map(({ product, quantity }) => ({
    weight: KILOGRAMS_BY_CATEGORY[product.category] ?? KILOGRAMS_OTHERWISE,
    quantity,
  }));
}
