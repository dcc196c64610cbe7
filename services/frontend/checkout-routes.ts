import { createHash, randomUUID } from 'node:crypto';
import type { Request, Router } from 'express';
import { REST_OF_CHECKOUT_MS } from '../../scenario/presets/preset';
import { currentCohort } from '../lib/cohort';
import { HttpError } from '../lib/errors';
import { parseInput } from '../lib/validate';
import { placeOrder } from './checkout';
import type { CheckoutRequest, CheckoutServices, PlacedOrder, PricedOrder } from './order';
import { CheckoutFailedError } from './checkout-failure';
import type { CheckoutTelemetry } from './checkout-telemetry';
import { checkoutBody, checkoutHeaders, type CheckoutInput } from './input';
import { serverSpan } from '../lib/telemetry/server-span';

const SHORTEST_TIMEOUT_MS = 200;
const LONGEST_TIMEOUT_MS = 30_000;
/** The longest that a checkout is worked on (ms). */
export const LONGEST_CHECKOUT_MS = LONGEST_TIMEOUT_MS + REST_OF_CHECKOUT_MS;

/**
 * How long recommendations may take (ms) when the caller gives up after `callerPatienceMs`; one who doesn't say, as a
 * browser, waits as long as the scenario gives them.
 */
export function recommendationsTimeout(callerPatienceMs: number | undefined, scenarioMs: number): number {
  const wanted = callerPatienceMs === undefined ? scenarioMs : callerPatienceMs - REST_OF_CHECKOUT_MS;
  return Math.min(LONGEST_TIMEOUT_MS, Math.max(SHORTEST_TIMEOUT_MS, wanted));
}

/** What a scenario says of checkouts. */
export interface CheckoutRules {
  /** What the recommendations get (ms). */
  recommendationsMs: number;
  /** The inventory asks for the payment itself. */
  paymentInTransaction: boolean;
}

/**
 * `POST /api/checkout`.
 *
 * @param rules of the scenario in force
 */
export function checkoutRoutes(
  services: CheckoutServices,
  telemetry: CheckoutTelemetry,
  rules: () => CheckoutRules,
): (router: Router) => void {
  return (router) => {
    router.post('/api/checkout', async (request, response) => {
      telemetry.begun();
      const checkout = readRequest(request, rules());
      let priced: PricedOrder | null = null;
      try {
        const placed = await telemetry.span(() =>
          placeOrder(checkout, services, (order) => {
            priced = order;
            telemetry.priced(order);
          }),
        );
        telemetry.placed(placed.created.created, placed);
        response.json(answer(placed, checkout.idempotencyKey));
      } catch (error) {
        throw observeFailure(error, priced, telemetry, checkout.idempotencyKey);
      }
    });
  };
}

function readRequest(
  request: Request,
  { recommendationsMs, paymentInTransaction }: CheckoutRules,
): CheckoutRequest {
  const body: CheckoutInput = parseInput(checkoutBody, request.body);
  const headers = parseInput(checkoutHeaders, {
    'Idempotency-Key': request.get('Idempotency-Key'),
    'x-request-timeout-ms': request.get('x-request-timeout-ms'),
  });
  const callersKey = body.idempotency_key ?? headers['Idempotency-Key'];
  // A guest who retries with the same key is the same guest: the order's id is made of both.
  const guest = `guest-${callersKey === undefined ? randomUUID() : createHash('sha256').update(callersKey).digest('hex').slice(0, 24)}`;
  return {
    ...body,
    user_id: body.user_id ?? guest,
    cart_id: body.cart_id ?? guest,
    idempotencyKey: callersKey ?? randomUUID(),
    keyIsCallers: callersKey !== undefined,
    recommendationsTimeoutMs: recommendationsTimeout(headers['x-request-timeout-ms'], recommendationsMs),
    paymentInTransaction,
  };
}

/** What the page reads of a placed order. */
export type CheckoutAnswer = ReturnType<typeof answer>;

function answer(placed: PlacedOrder, idempotencyKey: string) {
  return {
    status: 'success',
    flow: 'demo_checkout',
    order_id: placed.created.order_id,
    created: placed.created.created,
    idempotency_key: idempotencyKey,
    total: { amount: placed.created.total_cents / 100, currency: placed.created.currency },
    goods_usd: placed.goodsCents / 100,
    shipping: placed.shipping && {
      cost_usd: placed.shipping.cost_cents / 100,
      days: placed.shipping.days,
      carrier: placed.shipping.carrier,
    },
    payment_id: placed.paymentId,
    recommendations: placed.recommendations,
    user_id: placed.userId,
    demo_minute: currentCohort().minute,
  };
}

/** Records what happened and returns the error to answer with: the idempotency key lets the caller try again. */
function observeFailure(
  error: unknown,
  order: PricedOrder | null,
  telemetry: CheckoutTelemetry,
  idempotencyKey: string,
): unknown {
  if (error instanceof CheckoutFailedError) {
    telemetry.failed(error, order);
    return new HttpError(
      error.status,
      error.reason,
      error.message,
      {
        ...error.extra,
        demo_minute: currentCohort().minute ?? error.extra.demo_minute ?? null,
        order_id: order?.orderId ?? null,
        order_total: order === null ? null : order.goodsCents / 100,
        idempotency_key: idempotencyKey,
        trace_id: serverSpan()?.spanContext().traceId ?? null,
      },
      { cause: error },
    );
  }
  if (error instanceof HttpError && error.status === 402) telemetry.declined();
  else if (error instanceof HttpError && error.status < 500) telemetry.refused();
  return error;
}
