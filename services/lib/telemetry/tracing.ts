import { trace, type Tracer } from '@opentelemetry/api';
import { RELEASE } from './release';

/** The tracer of our own spans. */
export function tracer(): Tracer {
  return trace.getTracer('ecommerce-demo', RELEASE);
}
