import { trace } from '@opentelemetry/api';
import type { Router } from 'express';
import { z } from 'zod';
import { HttpError } from '../lib/errors';
import { currencyCodeField, idField } from '../lib/fields';
import { parseInput } from '../lib/validate';
import { decide } from './decision';
import { providerLatency } from './latency';

const paymentBody = z.object({
  order_id: idField,
  amount: z.number().positive('must be above 0').max(1e10, 'must be at most 10000000000'),
  currency: currencyCodeField.default('USD'),
  user_id: idField,
});

/** `POST /api/payment/process {order_id, amount, currency?, user_id}`: 200 approved, 402 `card-declined`. */
export function paymentRoutes(router: Router): void {
  router.post('/api/payment/process', async (request, response) => {
    const payment = parseInput(paymentBody, request.body);
    const decision = decide(payment.order_id);
    await providerLatency(decision.latencyMs);
    trace.getActiveSpan()?.setAttributes({
      'order.id': payment.order_id,
      'payment.amount': payment.amount,
      'payment.currency': payment.currency,
      'payment.status': decision.approved ? 'approved' : 'declined',
    });
    if (!decision.approved) {
      throw new HttpError(402, 'card-declined', 'the card was declined: pay with another one', {
        order_id: payment.order_id,
      });
    }
    response.json({ payment_id: decision.paymentId, status: 'approved' });
  });
}
