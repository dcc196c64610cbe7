import { metrics, type Meter } from '@opentelemetry/api';
import { RELEASE } from './release';

/** The meter of our own instruments. */
export function meter(): Meter {
  return metrics.getMeter('ecommerce-demo', RELEASE);
}
