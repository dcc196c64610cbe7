import type { Context } from '@opentelemetry/api';
import type { Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import { cohortOf } from '../cohort';

/**
 * Baggage values are strings; a back end that is to compare `demo.minute` needs a number, as log records have it.
 * Comes after the BaggageSpanProcessor.
 */
export class CohortSpanProcessor implements SpanProcessor {
  onStart(span: Span, parentContext: Context): void {
    const minute = cohortOf(parentContext)?.minute;
    if (minute !== undefined && minute !== null) span.setAttribute('demo.minute', minute);
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
