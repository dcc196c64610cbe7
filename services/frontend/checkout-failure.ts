import { z } from 'zod';
import { HttpError } from '../lib/errors';
import { DownstreamError } from '../lib/http-client';
import { explainFailure } from './dependency-failure';

/** The steps of a checkout, in their order. */
export type CheckoutStep =
  'cart' | 'products' | 'recommendations' | 'shipping' | 'currency' | 'inventory' | 'payment' | 'checkout';

/** The demo minute a service told with its error: a visitor's request carries none. */
const bodyWithMinute = z.object({ demo_minute: z.number() });

/**
 * A checkout that a dependency failed: 503, `reason` names the step and whether it was late or away
 * (`recommendations-timeout`, `cart-unavailable`), `cause` is what the dependency itself said.
 */
export class CheckoutFailedError extends HttpError {
  constructor(
    readonly step: CheckoutStep,
    failure: DownstreamError,
    /** How long the step took until it failed (ms). */
    readonly waitedMs: number,
  ) {
    const { cause, kind } = explainFailure(failure);
    super(
      503,
      `${step}-${kind}`,
      kind === 'timeout'
        ? `Checkout failed: ${step} timed out after ${(waitedMs / 1000).toFixed(1)} s`
        : `Checkout failed: ${step} is not available, try again in a few seconds`,
      {
        service: failure.service,
        cause,
        waited_ms: Math.round(waitedMs),
        demo_minute: bodyWithMinute.safeParse(failure.body).data?.demo_minute ?? null,
      },
      { cause: failure },
    );
    this.name = 'CheckoutFailedError';
  }
}

/**
 * Runs a step of a checkout and says which one it was if its service fails. Answers that refuse (4xx) pass as they are.
 * @throws CheckoutFailedError
 */
export async function step<T>(name: CheckoutStep, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  try {
    return await work();
  } catch (error) {
    if (error instanceof DownstreamError) {
      throw new CheckoutFailedError(name, error, performance.now() - startedAt);
    }
    throw error;
  }
}
