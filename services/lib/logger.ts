import pino from 'pino';
import { activeCohort } from './cohort';
import { logLevelOf } from './log-level';

const { level, complaint } = logLevelOf(process.env.LOG_LEVEL);

/**
 * JSON on stdout, and through @opentelemetry/instrumentation-pino as OTLP log records. Trace ids are added by the
 * instrumentation, the cohort here; what no request caused (start, stop) has `traffic.type` and `demo.run_id` none.
 */
export const logger = pino({
  level,
  base: { 'service.name': process.env.SERVICE ?? 'unknown' },
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
  mixin: () => {
    const cohort = activeCohort();
    if (!cohort) return { 'traffic.type': 'none', 'demo.run_id': 'none' };
    return {
      'traffic.type': cohort.trafficType,
      'demo.run_id': cohort.runId,
      ...(cohort.minute === null ? {} : { 'demo.minute': cohort.minute }),
      ...(cohort.phase === null ? {} : { 'demo.phase': cohort.phase }),
    };
  },
});
if (complaint !== null) logger.warn(complaint);
