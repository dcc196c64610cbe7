import { CURRENCY_CODES, type CurrencyCode } from '../lib/fields';

/**
 * The currency table: euro foreign exchange reference rates of the European Central Bank of 31 December 2024.
 * A fixed table on purpose: a demonstration must show the same prices on every machine, online or not.
 */

/** The day the rates are of. */
export const RATES_AS_OF = '2024-12-31';

/** Units of the currency for one euro, and how many decimals its amounts have (ISO 4217). */
const CURRENCY_TABLE: Readonly<Record<CurrencyCode, { perEuro: number; decimals: number }>> = {
  EUR: { perEuro: 1, decimals: 2 },
  USD: { perEuro: 1.0389, decimals: 2 },
  GBP: { perEuro: 0.82918, decimals: 2 },
  JPY: { perEuro: 163.06, decimals: 0 },
  CHF: { perEuro: 0.9412, decimals: 2 },
  CAD: { perEuro: 1.4948, decimals: 2 },
  AUD: { perEuro: 1.6772, decimals: 2 },
  SEK: { perEuro: 11.459, decimals: 2 },
  INR: { perEuro: 88.9335, decimals: 2 },
  BRL: { perEuro: 6.4253, decimals: 2 },
};

const round = (value: number, decimals: number): number => {
  const factor = 10 ** decimals;
  // The epsilon lifts values such as 1.005 · 100 = 100.49999999999999 over the border they stand for.
  return Math.round(value * factor * (1 + Number.EPSILON)) / factor;
};

/** Units of `to` for one unit of `from`, the cross rate through the euro, not rounded. */
export function crossRate(from: CurrencyCode, to: CurrencyCode): number {
  return from === to ? 1 : CURRENCY_TABLE[to].perEuro / CURRENCY_TABLE[from].perEuro;
}

/** Converts an amount; the result is rounded once, at the end, to the decimals of the target currency. */
export function convert(amount: number, from: CurrencyCode, to: CurrencyCode) {
  const rate = crossRate(from, to);
  return {
    amount,
    from,
    to,
    /** Units of `to` for one unit of `from`, six decimals. */
    rate: round(rate, 6),
    /** `amount` in `to`, rounded to its decimals. */
    converted: round(amount * rate, CURRENCY_TABLE[to].decimals),
  };
}

/** All rates for one unit of `base`, with the decimals of each currency: what a price list needs. */
export function rateTable(base: CurrencyCode) {
  return {
    base,
    as_of: RATES_AS_OF,
    rates: CURRENCY_CODES.map((code) => ({
      code,
      rate: round(crossRate(base, code), 6),
      decimals: CURRENCY_TABLE[code].decimals,
    })),
  };
}
