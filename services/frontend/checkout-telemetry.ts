import { SpanStatusCode, type Attributes, type Counter } from '@opentelemetry/api';
import { currentCohort } from '../lib/cohort';
import { logger } from '../lib/logger';
import { meter } from '../lib/telemetry/metrics';
import { tracer } from '../lib/telemetry/tracing';
import type { PricedOrder } from './order';
import { CheckoutFailedError } from './checkout-failure';
import { serverSpan } from '../lib/telemetry/server-span';

/** What a checkout tells about itself: span attributes, the log event of a failure, and the money lost. */
export class CheckoutTelemetry {
  private readonly lostRevenue: Counter;

  constructor() {
    this.lostRevenue = meter().createCounter('shop.checkout.lost_revenue', {
      unit: '{USD}',
      description: 'Value of the goods in checkouts that failed because a service did.',
    });
  }

  /** A checkout has begun. */
  begun(): void {
    serverSpan()?.setAttribute('endpoint.type', 'checkout');
  }

  /** Runs the work as one span, the parent of every call it makes; it is an error if a service failed the work. */
  span<T>(work: () => Promise<T>): Promise<T> {
    return tracer().startActiveSpan('place order', async (span) => {
      try {
        return await work();
      } catch (error) {
        if (error instanceof CheckoutFailedError) {
          span.setAttribute('error.type', error.reason);
          span.setStatus({ code: SpanStatusCode.ERROR, message: error.reason });
        }
        throw error;
      } finally {
        span.end();
      }
    });
  }

  /** The order's value is known. */
  priced(order: PricedOrder): void {
    serverSpan()?.setAttributes(orderAttributes(order));
  }

  /** The order is written, or was before. */
  placed(created: boolean): void {
    serverSpan()?.setAttributes({ 'checkout.failed': false, 'order.created': created });
  }

  /** The card was declined: an answer, not a failure. */
  declined(): void {
    serverSpan()?.setAttribute('payment.status', 'declined');
  }

  /** A service failed it. @param order null if it failed before its value was known */
  failed(failure: CheckoutFailedError, order: PricedOrder | null): void {
    serverSpan()?.setAttributes({
      'checkout.failed': true,
      'checkout.failure_reason': failure.reason,
      'checkout.failed_step': failure.step,
    });
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
