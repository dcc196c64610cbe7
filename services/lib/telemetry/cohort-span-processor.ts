import { SpanKind, type Context } from '@opentelemetry/api';
import type { Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import { cohortOf, trafficTypeOfPath } from '../cohort';

/**
 * Baggage values are strings; a back end that is to compare `demo.minute` needs a number, as log records have it. The
 * server span of a request whose baggage names no whole cohort gets that of its route. Comes after the
 * BaggageSpanProcessor.
 */
export class CohortSpanProcessor implements SpanProcessor {
  onStart(span: Span, parentContext: Context): void {
    const cohort = cohortOf(parentContext);
    if (cohort !== null) {
      if (cohort.minute !== null) span.setAttribute('demo.minute', cohort.minute);
    } else if (span.kind === SpanKind.SERVER) {
      const path = span.attributes['url.path'];
      span.setAttributes({
        'traffic.type': trafficTypeOfPath(typeof path === 'string' ? path : '/'),
        'demo.run_id': 'none',
      });
    }
  }

  onEnd(): void {
    // Nothing to do: attributes are set at the start.
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}
