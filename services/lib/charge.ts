import { z } from 'zod';
import { callService, refused } from './http-client';

const TIMEOUT_MS = 3000;

const paymentSchema = z.object({ payment_id: z.string(), status: z.string() });

/** What a card is charged for an order. */
export interface Charge {
  order_id: string;
  amount: number;
  currency: string;
  user_id: string;
  /** Token of the card, where the customer names one. */
  card?: string | undefined;
}

/**
 * Charges a card, once however often for an order.
 *
 * @returns the payment's number, or null for a card that was declined
 * @throws DownstreamError when payment fails, is late or refuses
 */
export async function charge(payment: Charge): Promise<string | null> {
  const { status, body } = await callService('payment', {
    method: 'POST',
    path: '/api/payment/process',
    json: payment,
    timeoutMs: TIMEOUT_MS,
    schema: paymentSchema,
  });
  if (status === 402) return null;
  if (status >= 300) throw refused('payment', status, body);
  return body.payment_id;
}
