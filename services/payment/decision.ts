import { createHash } from 'node:crypto';
import { TEST_CARDS } from '../lib/test-cards';

/** One card in a hundred is declined. */
const DECLINED_SHARE = 0.01;
const LATENCY_MIN_MS = 100;
const LATENCY_SPAN_MS = 100;

/** A fraction 0 ≤ f < 1 from four bytes of a digest; each offset gives an independent one. */
const fraction = (digest: Buffer, offset: number): number => digest.readUInt32BE(offset) / 2 ** 32;

/**
 * What the payment provider does with an order: decided by a hash of the order id alone, so a retry of the same
 * order gets the same answer, and a run can be repeated. Nothing here is random, and nothing depends on the outage.
 *
 * @param card one of {@link TEST_CARDS}, where the customer has one
 */
export function decide(orderId: string, card?: string) {
  const digest = createHash('sha256').update('payment:').update(orderId).digest();
  return {
    approved:
      card === TEST_CARDS.approved || (card !== TEST_CARDS.declined && fraction(digest, 0) >= DECLINED_SHARE),
    /** How long the provider takes, 100 ≤ ms < 200. */
    latencyMs: LATENCY_MIN_MS + fraction(digest, 4) * LATENCY_SPAN_MS,
    /** The provider's number of the payment, the same for every retry of the order. */
    paymentId: `pay_${digest.toString('hex', 8, 20)}`,
  };
}
