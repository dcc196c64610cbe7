import type { Router } from 'express';
import { z } from 'zod';
import { parseInput } from '../lib/validate';
import { MAX_QUANTITY } from './cart';
import type { CartStore } from './cart-store';

const cartParams = z.object({
  id: z.string().regex(/^[\w.:-]{1,64}$/, 'must be 1 to 64 letters, digits or _ . : -'),
});

const itemParams = cartParams.extend({
  productId: z
    .string()
    .regex(/^[1-9]\d{0,9}$/, 'must be a product number')
    .transform(Number)
    .pipe(z.int().max(2_147_483_647)),
});

const itemDetails = z.object({
  quantity: z.int().min(1).max(MAX_QUANTITY),
  unit_price_cents: z.int().min(0).max(2_147_483_647),
  name: z.string().min(1).max(200),
});

const itemBody = itemDetails.extend({ product_id: z.int().min(1).max(2_147_483_647) });

/** `/cart/:id`: read, add an item, set an item, take one out, empty. */
export function cartRoutes(store: CartStore): (router: Router) => void {
  return (router) => {
    router.get('/cart/:id', async (request, response) => {
      const { id } = parseInput(cartParams, request.params);
      response.json(await store.read(id));
    });

    router.delete('/cart/:id', async (request, response) => {
      const { id } = parseInput(cartParams, request.params);
      response.json(await store.clear(id));
    });

    router.post('/cart/:id/items', async (request, response) => {
      const { id } = parseInput(cartParams, request.params);
      const item = parseInput(itemBody, request.body);
      response.status(201).json(await store.add(id, item));
    });

    router.put('/cart/:id/items/:productId', async (request, response) => {
      const { id, productId } = parseInput(itemParams, request.params);
      const details = parseInput(itemDetails, request.body);
      response.json(await store.set(id, { product_id: productId, ...details }));
    });

    router.delete('/cart/:id/items/:productId', async (request, response) => {
      const { id, productId } = parseInput(itemParams, request.params);
      response.json(await store.remove(id, productId));
    });
  };
}
