import { HttpError } from '../lib/errors';
import { DownstreamError } from '../lib/http-client';

/** The steps of a checkout, in their order. */
export type CheckoutStep =
  'cart' | 'products' | 'recommendations' | 'shipping' | 'currency' | 'payment' | 'checkout';

/** Reasons a service gives in its 503 when it waited in vain itself: the caller's failure is a time-out too. */
const WAITED_IN_VAIN = new Set(['pool-exhausted', 'query-timeout', 'statement-timeout', 'timeout']);

/** The `reason` in the body of a service's error. */
function reasonInBody(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || !('reason' in body)) return null;
  return typeof body.reason === 'string' ? body.reason : null;
}

/**
 * A checkout that a dependency failed: 503, `reason` names the step and whether it was late or away
 * (`recommendations-timeout`, `cart-unavailable`), `cause` is what the dependency itself said.
 */
export class CheckoutFailedError extends HttpError {
  constructor(
    readonly step: CheckoutStep,
    failure: DownstreamError,
    readonly waitedMs: number,
  ) {
    const cause = reasonInBody(failure.body) ?? failure.reason;
    const late = WAITED_IN_VAIN.has(cause);
    super(
      503,
      `${step}-${late ? 'timeout' : 'unavailable'}`,
      late
        ? `Checkout failed: ${step} timed out after ${(waitedMs / 1000).toFixed(1)} s`
        : `Checkout failed: ${step} (${failure.service}) is not available, try again in a few seconds`,
      { service: failure.service, cause, waited_ms: Math.round(waitedMs) },
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
