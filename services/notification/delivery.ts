import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import { contextWithCohort, outsideRuns, trafficTypeOfPath } from '../lib/cohort';
import type { InstrumentedPool } from '../lib/database';
import { HttpError, reasonOf } from '../lib/errors';
import { logger } from '../lib/logger';
import { originOf } from '../lib/requests/message-context';
import { meter } from '../lib/telemetry/metrics';
import { inSpan } from '../lib/telemetry/tracing';
import { sendConfirmation } from './confirmations';
import type { Message } from './outbox';

/** Of an order whose message says none: that of the route that writes orders. */
const NO_COHORT = outsideRuns(trafficTypeOfPath('/orders/create'));

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
    const { span: order, cohort: told } = originOf(message.context);
    const cohort = told ?? NO_COHORT;
    const { order_id: id } = message;
    await inSpan(
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
      async (span) => {
        const outcome = (await sendConfirmation(this.pool, message)) ? 'sent' : 'repeated';
        span.setAttribute('notification.outcome', outcome);
        this.notifications.add(1, {
          'notification.outcome': outcome,
          'traffic.type': cohort.trafficType,
        });
        if (outcome === 'sent')
          logger.info({ event: 'order_confirmed', 'order.id': id, 'user.id': message.user_id }, 'told');
        else
          logger.warn(
            { event: 'order_confirmed_before', 'order.id': id },
            'told before: the message came again',
          );
      },
      (error) => {
        // What passes is told by who tries again.
        if (!(error instanceof HttpError))
          logger.error(
            { event: 'order_confirmation_failed', 'order.id': id, err: error },
            'the message cannot be delivered as it is',
          );
        return reasonOf(error);
      },
      contextWithCohort(ROOT_CONTEXT, cohort),
    );
  };
}
