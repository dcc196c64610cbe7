import type { Instrumentation } from '@opentelemetry/instrumentation';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { callAttributes, describeCall } from '../calls';

/** Spans of calls to other services. */
export function instrumentation(): Instrumentation {
  return new UndiciInstrumentation({
    requireParentforSpans: true,
    startSpanHook: callAttributes,
    requestHook: describeCall,
  });
}
