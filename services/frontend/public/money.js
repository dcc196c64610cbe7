/** Prices in the visitor's currency. */

import { remember, remembered } from './visitor.js';

/** A currency: what a dollar is in it, and its decimals. @typedef {{ code: string, rate: number, decimals: number }} Currency */

/** @type {Currency} */
const DOLLAR = { code: 'USD', rate: 1, decimals: 2 };

let known = [DOLLAR];
let chosen = DOLLAR;

/** Takes the shop's rates; the visitor's earlier choice counts if the shop still has that currency. @param {Currency[]} rates */
export function useRates(rates) {
  known = rates;
  chooseCurrency(remembered('currency') ?? 'USD');
}

/** @param {string} code */
export function chooseCurrency(code) {
  chosen = known.find((currency) => currency.code === code) ?? DOLLAR;
  remember('currency', chosen.code);
}

export const currencyCodes = () => known.map((currency) => currency.code);
export const currencyCode = () => chosen.code;

/** A catalog price (USD cents) in the visitor's currency. @param {number} usdCents */
export const price = (usdCents) => amount((usdCents / 100) * chosen.rate, chosen.code, chosen.decimals);

/** An amount in some currency. @param {number} value @param {string} code */
export function amount(value, code, decimals = 2) {
  return new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency: code,
    minimumFractionDigits: code === 'JPY' ? 0 : decimals,
    maximumFractionDigits: code === 'JPY' ? 0 : decimals,
  }).format(value);
}
