import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits as long as the payment provider behind this service would take. The only timer in a request handler of
 * the shop: it stands for somebody else's service in its normal state, is the same in every scenario, and is no
 * part of the outage.
 * @param ms from the provider's decision, see decision.ts
 */
export async function providerLatency(ms: number): Promise<void> {
  await delay(ms);
}
