import { trace } from '@opentelemetry/api';
import type { Router } from 'express';
import { charge, type Charge } from '../lib/charge';
import type { InstrumentedPool } from '../lib/database';
import { HttpError } from '../lib/errors';
import { parseInput } from '../lib/validate';
import { reservationBody, reservationParams, stockParams } from './input';
import type { LockWaits } from './lock-waits';
import { availableOf, findReservation, release, reserve } from './reservations';

/** Reservations wait for rows that others hold; looking never waits, and has connections of its own. */
export interface InventoryPools {
  reservations: InstrumentedPool;
  stock: InstrumentedPool;
}

/** A payment that is asked for within a reservation's transaction. */
class PaymentWithin {
  id: string | null = null;

  constructor(private readonly payment: Charge) {}

  /** @throws HttpError 402 `card-declined` */
  readonly ask = async (): Promise<void> => {
    this.id = await charge(this.payment);
    if (this.id === null) throw new HttpError(402, 'card-declined', 'The card was declined.');
  };
}

/**
 * `POST /reservations {order_id, items, payment?}` (201, or 200 on a retry), `DELETE /reservations/:id`, which gives the pieces
 * back, `GET /reservations/:id` and `GET /stock/:id`.
 */
export function inventoryRoutes(pools: InventoryPools, waits: LockWaits): (router: Router) => void {
  return (router) => {
    router.post('/reservations', async (request, response) => {
      const { order_id, items, payment } = parseInput(reservationBody, request.body);
      const span = trace.getActiveSpan();
      span?.setAttributes({ 'order.id': order_id, 'order.products': items.length });
      const within = payment && new PaymentWithin({ order_id, ...payment });
      const reserved = await reserve({ ...pools, waits }, order_id, items, within?.ask);
      // A retry: its pieces are put aside, and the provider has its answer.
      if (!reserved) await within?.ask();
      response
        .status(reserved ? 201 : 200)
        .json({ order_id, reserved, ...(within && { payment_id: within.id }) });
    });

    router.delete('/reservations/:id', async (request, response) => {
      const { id } = parseInput(reservationParams, request.params);
      trace.getActiveSpan()?.setAttribute('order.id', id);
      response.json({ order_id: id, released: await release(pools.reservations, id) });
    });

    router.get('/reservations/:id', async (request, response) => {
      const { id } = parseInput(reservationParams, request.params);
      const reservation = await findReservation(pools.stock, id);
      if (!reservation)
        throw new HttpError(404, 'unknown-reservation', `nothing is reserved for order ${id}`);
      response.json({ order_id: id, ...reservation });
    });

    router.get('/stock/:id', async (request, response) => {
      const { id } = parseInput(stockParams, request.params);
      response.json({ product_id: id, available: await availableOf(pools.stock, id) });
    });
  };
}
