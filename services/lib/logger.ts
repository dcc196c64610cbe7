import pino from 'pino';
import { activeCohort, cohortFields, NO_RUN } from './cohort';
import { logLevelOf } from './log-level';

const { level, complaint } = logLevelOf(process.env.LOG_LEVEL);

/**
 * JSON on stdout, and through @opentelemetry/instrumentation-pino as OTLP log records. Trace ids are added by the
 * instrumentation, the cohort here; what no request caused (start, stop) has `traffic.type` and `demo.run_id` none.
 */
export const logger = pino({
  level,
  // Nothing that the resource says already: a log record carries that by itself.
  base: {},
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }), log: withEventName },
  mixin: () => {
    const cohort = activeCohort();
    return cohort ? cohortFields(cohort) : { 'traffic.type': 'none', 'demo.run_id': NO_RUN };
  },
});
if (complaint !== null) logger.warn(complaint);

/**
 * A record with an `event` has its name where OpenTelemetry looks for it, too: `otel.event.name` becomes the record's
 * EventName, `event.name` is what back ends without that field filter by. `event` itself is the user's own.
 */
function withEventName(record: Record<string, unknown>): Record<string, unknown> {
  const { event } = record;
  return typeof event === 'string' ? { 'otel.event.name': event, 'event.name': event, ...record } : record;
}
