import type { Router } from 'express';
import { z } from 'zod';
import { CURRENCY_CODES } from '../lib/fields';
import { parseInput } from '../lib/validate';
import { convert, rateTable } from './rates';

const currencyCode = z.enum(CURRENCY_CODES, { error: `must be one of ${CURRENCY_CODES.join(', ')}` });

const convertQuery = z.object({
  // A decimal, not z.coerce.number(): that takes '', '0x10' and 'Infinity' for amounts.
  amount: z
    .string({ error: 'is required, a decimal such as 99.99' })
    .regex(/^\d{1,12}(\.\d{1,6})?$/, 'must be a decimal from 0 to 999999999999, such as 99.99')
    .transform(Number),
  from: currencyCode,
  to: currencyCode,
});

const ratesQuery = z.object({ base: currencyCode.default('USD') });

/** `GET /convert?amount=&from=&to=` and `GET /rates?base=`. */
export function currencyRoutes(router: Router): void {
  router.get('/convert', (request, response) => {
    const query = parseInput(convertQuery, request.query);
    response.json(convert(query.amount, query.from, query.to));
  });

  router.get('/rates', (request, response) => {
    response.json(rateTable(parseInput(ratesQuery, request.query).base));
  });
}
