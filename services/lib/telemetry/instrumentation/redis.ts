import type { Instrumentation } from '@opentelemetry/instrumentation';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { describeCommand } from '../database-spans';

/** Spans of Redis commands. */
export function instrumentation(): Instrumentation {
  return new IORedisInstrumentation({
    requireParentSpan: true,
    requestHook: (span, { cmdName }) => describeCommand(span, cmdName, process.env.REDIS_URL),
  });
}
