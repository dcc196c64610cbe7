import { randomUUID } from 'node:crypto';
import { trace } from '@opentelemetry/api';
import type { Router } from 'express';
import { z } from 'zod';
import { HttpError } from '../lib/errors';
import { currencyCodeField, idField } from '../lib/fields';
import { parseInput } from '../lib/validate';
import { decide } from './decision';
import { providerLatency } from './latency';

const paymentBody = z.object({
  order_id: idField.optional(),
  amount: z.number().positive('must be above 0').max(1e10, 'must be at most 10000000000'),
  currency: currencyCodeField.default('USD'),
  user_id: idField.default('guest'),
  card: idField.optional(),
});

/**
 * `POST /api/payment/process {amount, user_id?, order_id?, currency?}`: 200 approved, 402 `card-declined`. A payment
 * without an order gets an id of its own, which decides as an order's does.
 */
export function paymentRoutes(router: Router): void {
  router.post('/api/payment/process', async (request, response) => {
    const payment = parseInput(paymentBody, request.body);
    const orderId = payment.order_id ?? randomUUID();
    const decision = decide(orderId, payment.card);
    await providerLatency(decision.latencyMs);
    trace.getActiveSpan()?.setAttributes({
      'order.id': orderId,
      'payment.amount': payment.amount,
      'payment.currency': payment.currency,
      'payment.status': decision.approved ? 'approved' : 'declined',
    });
    if (!decision.approved) {
      throw new HttpError(402, 'card-declined', 'the card was declined: pay with another one', {
        order_id: orderId,
      });
    }
    response.json({ payment_id: decision.paymentId, order_id: orderId, status: 'approved' });
  });
}
