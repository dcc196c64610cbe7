import type { Router } from 'express';
import { z } from 'zod';
import { quantityField, zipField } from '../lib/fields';
import { parseInput } from '../lib/validate';
import { quote } from './tariff';

const item = z.object({
  weight: z.number().positive('must be above 0, kilograms').max(1000, 'must be at most 1000, kilograms'),
  quantity: quantityField.default(1),
});
const calculateBody = z.object({ items: z.array(item).min(1).max(50), zip: zipField });

/** `POST /calculate {items: [{weight, quantity?}], zip}`. */
export function shippingRoutes(router: Router): void {
  router.post('/calculate', (request, response) => {
    const body = parseInput(calculateBody, request.body);
    response.json(quote(body.items, body.zip));
  });
}
