import type { Router } from 'express';
import { z } from 'zod';
import type { InstrumentedPool } from '../lib/database';
import { HttpError } from '../lib/errors';
import { parseInput } from '../lib/validate';
import { findConfirmation } from './confirmations';

const orderParams = z.object({ id: z.uuid('must be a UUID') });

/** `GET /notifications/:id`: what the customer was told of an order. */
export function notificationRoutes(pool: InstrumentedPool): (router: Router) => void {
  return (router) => {
    router.get('/notifications/:id', async (request, response) => {
      const { id } = parseInput(orderParams, request.params);
      const confirmation = await findConfirmation(pool, id);
      if (!confirmation) throw new HttpError(404, 'unknown-notification', `nobody was told of order ${id}`);
      response.json(confirmation);
    });
  };
}
