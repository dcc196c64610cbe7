import type { Attributes } from '@opentelemetry/api';
import { currentCohort } from '../lib/cohort';
import { logger } from '../lib/logger';
import { meter } from '../lib/telemetry/metrics';
import { inSpan } from '../lib/telemetry/tracing';
import type { PricedOrder } from './order';
import { CheckoutFailedError } from './checkout-failure';
import { serverSpan } from '../lib/telemetry/server-span';

/** Bounds of an order's value (US dollars): the deals sell for about 100, and up to a dozen pieces make an order. */
const ORDER_VALUE_BOUNDS = [25, 50, 75, 100, 150, 200, 300, 400, 500, 750, 1_000, 1_500, 2_000, 3_000, 5_000];

/** How a checkout ended: `repeated` is the retry of one that was placed, `refused` asks for what cannot be had. */
type CheckoutOutcome = 'placed' | 'repeated' | 'declined' | 'refused' | 'failed';

/** What a checkout tells about itself: span attributes, the log event of a failure, and what it earned or lost. */
export class CheckoutTelemetry {
  private readonly checkouts = meter().createCounter('shop.checkouts', {
    unit: '{checkout}',
    description: 'Checkouts by how they ended: placed ones are orders, their share is the conversion.',
  });
  private readonly orderValue = meter().createHistogram('shop.order.value', {
    unit: '{USD}',
    description: 'Value of the goods of placed orders: the sum is the revenue, the mean the basket value.',
    advice: { explicitBucketBoundaries: ORDER_VALUE_BOUNDS },
  });
  private readonly lostRevenue = meter().createCounter('shop.checkout.lost_revenue', {
    unit: '{USD}',
    description: 'Value of the goods in checkouts that failed because a service did.',
  });

  /** A checkout has begun. */
  begun(): void {
    serverSpan()?.setAttribute('endpoint.type', 'checkout');
  }

  /** Runs the work as one span, the parent of every call it makes; it is an error if a service failed the work. */
  span<T>(work: () => Promise<T>): Promise<T> {
    return inSpan('place order', {}, work, (error) =>
      error instanceof CheckoutFailedError ? error.reason : null,
    );
  }

  /** The order's value is known. */
  priced(order: PricedOrder): void {
    serverSpan()?.setAttributes(orderAttributes(order));
  }

  /** The order is written, or was before. */
  placed(created: boolean, { goodsCents }: Pick<PricedOrder, 'goodsCents'>): void {
    serverSpan()?.setAttributes({ 'checkout.failed': false, 'order.created': created });
    this.ended(created ? 'placed' : 'repeated');
    if (created) this.orderValue.record(goodsCents / 100, { 'traffic.type': currentCohort().trafficType });
  }

  /** The card was declined: an answer, not a failure. */
  declined(): void {
    serverSpan()?.setAttribute('payment.status', 'declined');
    this.ended('declined');
  }

  /** What was asked for cannot be had: an answer, too. */
  refused(): void {
    this.ended('refused');
  }

  /** A service failed it. @param order null if it failed before its value was known */
  failed(failure: CheckoutFailedError, order: PricedOrder | null): void {
    serverSpan()?.setAttributes({
      'checkout.failed': true,
      'checkout.failure_reason': failure.reason,
      'checkout.failed_step': failure.step,
    });
    this.ended('failed');
    const { trafficType } = currentCohort();
    if (order) {
      this.lostRevenue.add(order.goodsCents / 100, {
        'checkout.failure_reason': failure.reason,
        'traffic.type': trafficType,
      });
    }
    logger.error(
      {
        event: 'demo_checkout_failed',
        ...(order === null ? {} : orderAttributes(order)),
        'checkout.failure_reason': failure.reason,
        'checkout.failed_step': failure.step,
        'checkout.waited_ms': Math.round(failure.waitedMs),
        ...(failure.extra.cause === undefined ? {} : { 'checkout.cause': failure.extra.cause }),
      },
      'checkout failed',
    );
  }

  private ended(outcome: CheckoutOutcome): void {
    this.checkouts.add(1, { 'checkout.outcome': outcome, 'traffic.type': currentCohort().trafficType });
  }
}

/** `order.total` is the value of the goods in US dollars, of finished and failed orders alike. */
function orderAttributes(order: PricedOrder): Attributes {
  return {
    'order.id': order.orderId,
    'order.total': order.goodsCents / 100,
    'order.currency': 'USD',
    'order.items': order.pieces,
    'user.id': order.userId,
  };
}
