import type { Router } from 'express';
import { z } from 'zod';
import { idField, priceCentsField, productIdField, productIdTextField, quantityField } from '../lib/fields';
import { parseInput } from '../lib/validate';
import type { CartStore } from './cart-store';

const cartParams = z.object({ id: idField });

const itemParams = cartParams.extend({ productId: productIdTextField });

const itemDetails = z.object({
  quantity: quantityField,
  unit_price_cents: priceCentsField,
  name: z.string().min(1).max(200),
});

const itemBody = itemDetails.extend({ product_id: productIdField });

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
