/** The currencies of the shop, as ISO 4217 names them: what can be priced, asked for and charged. */
export const CURRENCY_CODES = ['EUR', 'USD', 'GBP', 'JPY', 'CHF', 'CAD', 'AUD', 'SEK', 'INR', 'BRL'] as const;
export type CurrencyCode = (typeof CURRENCY_CODES)[number];
