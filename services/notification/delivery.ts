import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { contextWithCohort, trafficTypeOfPath, type Cohort } from '../lib/cohort';
import type { InstrumentedPool } from '../lib/database';
import { HttpError } from '../lib/errors';
import { logger } from '../lib/logger';
import { originOf } from '../lib/requests/message-context';
import { meter } from '../lib/telemetry/metrics';
import { tracer } from '../lib/telemetry/tracing';
import { sendConfirmation } from './confirmations';
import type { Message } from './outbox';

/** Of an order whose message says none: that of the route that writes orders. */
const NO_COHORT: Cohort = {
  trafficType: trafficTypeOfPath('/orders/create'),
  runId: 'none',
  minute: null,
  phase: null,
};

/**
 * Delivers messages: each a trace of its own, since its order does not wait for it, with a link to the trace in which
 * the order was written, and of the same cohort.
 */
export class Delivery {
  private readonly notifications = meter().createCounter('shop.notifications', {
    unit: '{notification}',
    description: 'Confirmations of orders, by whether they were sent now or had been before.',
  });

  constructor(private readonly pool: InstrumentedPool) {}

  /** Sends the confirmation that a message asks for. @throws what the database says */
  readonly deliver = async (message: Message): Promise<void> => {
    const { span: order, cohort } = originOf(message.context);
    const { order_id: id } = message;
    const origin = contextWithCohort(ROOT_CONTEXT, cohort ?? NO_COHORT);
    const span = tracer().startSpan(
      'process outbox',
      {
        kind: SpanKind.CONSUMER,
        attributes: {
          'messaging.system': 'postgresql',
          'messaging.operation.name': 'process',
          'messaging.operation.type': 'process',
          'messaging.destination.name': 'outbox',
          'messaging.message.id': id,
          'order.id': id,
          'notification.age_ms': Math.round(message.age_ms),
        },
        links: order === null ? [] : [{ context: order, attributes: { 'link.kind': 'order' } }],
      },
      origin,
    );
    await context.with(trace.setSpan(origin, span), async () => {
      try {
        const outcome = (await sendConfirmation(this.pool, message)) ? 'sent' : 'repeated';
        span.setAttribute('notification.outcome', outcome);
        this.notifications.add(1, {
          'notification.outcome': outcome,
          'traffic.type': (cohort ?? NO_COHORT).trafficType,
        });
        if (outcome === 'sent')
          logger.info({ event: 'order_confirmed', 'order.id': id, 'user.id': message.user_id }, 'told');
        else
          logger.warn(
            { event: 'order_confirmed_before', 'order.id': id },
            'told before: the message came again',
          );
      } catch (error) {
        const reason = error instanceof HttpError ? error.reason : 'internal-error';
        span.setAttribute('error.type', reason);
        span.setStatus({ code: SpanStatusCode.ERROR, message: reason });
        // What passes is told by who tries again.
        if (!(error instanceof HttpError))
          logger.error(
            { event: 'order_confirmation_failed', 'order.id': id, err: error },
            'the message cannot be delivered as it is',
          );
        throw error;
      } finally {
        span.end();
      }
    });
  };
}
