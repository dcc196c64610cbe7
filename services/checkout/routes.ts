import { trace } from '@opentelemetry/api';
import type { Router } from 'express';
import { z } from 'zod';
import { HttpError } from '../lib/errors';
import { parseInput } from '../lib/validate';
import type { KeepDeclined } from './declined-orders';
import { declinedOrder, idempotencyHeader, orderSchemaFor, toNewOrder } from './order-input';
import type { OrderRepository } from './order-repository';

const orderParams = z.object({ id: z.uuid('must be a UUID') });

/** `POST /orders/create` (201, or 200 on a retry), `POST /orders/declined` (204) and `GET /orders/:id`. */
export function checkoutRoutes(
  orders: OrderRepository,
  keepDeclined: KeepDeclined,
): (router: Router) => void {
  return (router) => {
    router.post('/orders/create', async (request, response) => {
      const body: unknown = request.body;
      const input = parseInput<z.infer<ReturnType<typeof orderSchemaFor>>>(orderSchemaFor(body), body);
      const header = parseInput(idempotencyHeader, { 'Idempotency-Key': request.get('Idempotency-Key') });
      const order = await toNewOrder(input, header['Idempotency-Key'], (productId) =>
        orders.priceOf(productId),
      );
      const result = await orders.create(order);
      trace.getActiveSpan()?.setAttributes({
        'order.id': result.order.order_id,
        'order.created': result.created,
      });
      response.status(result.created ? 201 : 200).json({
        order_id: result.order.order_id,
        created: result.created,
        total_cents: result.order.total_cents,
        currency: result.order.currency,
        created_at: result.order.created_at,
      });
    });

    router.post('/orders/declined', async (request, response) => {
      await keepDeclined(parseInput(declinedOrder, request.body));
      response.status(204).end();
    });

    router.get('/orders/:id', async (request, response) => {
      const { id } = parseInput(orderParams, request.params);
      const order = await orders.find(id);
      if (!order) throw new HttpError(404, 'unknown-order', `there is no order ${id}`);
      response.json({ order });
    });
  };
}
