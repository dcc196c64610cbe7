import { metrics, type Meter } from '@opentelemetry/api';

/** The meter of our own instruments. */
export function meter(): Meter {
  return metrics.getMeter('ecommerce-demo');
}
