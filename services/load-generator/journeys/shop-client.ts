import { Agent, request, type Dispatcher } from 'undici';
import { reasonedBody } from '../../lib/errors';
import { readJson } from '../../lib/validate';
import { within } from '../../lib/requests/deadline';
import { withCall } from '../../lib/telemetry/calls';
import { classifyFailure, classifyStatus, type Outcome } from './outcome';
import type { JourneyPlan } from './journeys';

/** Connections at most: as many as journeys may be under way, so that no request ever waits for one. */
const CONNECTIONS = 10_000;

/** How long a connection may take to be made (ms): less than any caller's patience. */
const CONNECT_TIMEOUT_MS = 1_500;

/** One call of a journey. */
interface Call {
  path: string;
  /** The path with names in place of its values, where it has some. */
  template?: string;
  json: unknown;
}

/** The calls a journey makes, one after the other, all to the frontend. */
export function callsOf(plan: JourneyPlan): Call[] {
  const browse: Call = {
    path: '/api/browse',
    json: { user_id: plan.userId, cart_id: plan.cartId, category: plan.category },
  };
  switch (plan.journey) {
    case 'browse_only':
      return [browse];
    case 'browse_and_cart':
      return [
        browse,
        ...plan.items.slice(0, 1).map((item) => ({
          path: `/api/cart/${encodeURIComponent(plan.cartId)}/items`,
          template: '/api/cart/{id}/items',
          json: { product_id: item.product_id, quantity: item.quantity },
        })),
      ];
    case 'full_checkout':
      return [
        {
          path: '/api/checkout',
          json: {
            user_id: plan.userId,
            cart_id: plan.cartId,
            items: plan.items,
            idempotency_key: plan.idempotencyKey,
            card: plan.card,
          },
        },
      ];
  }
}

/** Plays journeys against the frontend. Trace context and baggage go along by instrumentation. */
export class ShopClient {
  private readonly agent = new Agent({
    connections: CONNECTIONS,
    pipelining: 1,
    keepAliveTimeout: 10_000,
    connect: { timeout: CONNECT_TIMEOUT_MS },
  });

  /**
   * @param baseUrl of the frontend
   * @param now a monotonic clock (ms)
   */
  constructor(
    private readonly baseUrl: string,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * Plays one journey; it ends with its first error. Never rejects.
   * @param patienceMs how long the whole journey may take
   */
  async play(plan: JourneyPlan, patienceMs: number): Promise<Outcome> {
    const giveUpAt = this.now() + patienceMs;
    return within(patienceMs, async (signal) => {
      let outcome: Outcome = { result: 'completed' };
      for (const call of callsOf(plan)) {
        const remaining = Math.max(1, Math.floor(giveUpAt - this.now()));
        outcome = await this.send(call, remaining, signal);
        if (outcome.result !== 'completed') return outcome;
      }
      return outcome;
    });
  }

  /** Breaks every connection: what is under way ends as a transport error. */
  async destroy(): Promise<void> {
    await this.agent.destroy();
  }

  private async send(call: Call, timeoutMs: number, signal: AbortSignal): Promise<Outcome> {
    try {
      const response = await withCall({ service: 'frontend', template: call.template ?? call.path }, () =>
        request(new URL(call.path, this.baseUrl), {
          method: 'POST',
          dispatcher: this.agent,
          signal,
          headers: { 'content-type': 'application/json', 'x-request-timeout-ms': String(timeoutMs) },
          body: JSON.stringify(call.json),
        }),
      );
      if (response.statusCode < 400) {
        // Not dump(): that one takes an answer broken off in its middle for a whole one.
        await response.body.arrayBuffer();
        return classifyStatus(response.statusCode);
      }
      return classifyStatus(response.statusCode, await reasonOf(response));
    } catch (failure) {
      return classifyFailure(failure);
    }
  }
}

/** The machine word in an error answer's body. */
async function reasonOf(response: Dispatcher.ResponseData): Promise<string | undefined> {
  return readJson(reasonedBody, await response.body.text())?.reason;
}
