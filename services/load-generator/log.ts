import type { Logger } from 'pino';
import { withCohort } from '../lib/cohort';
import type { GeneratorLog } from './generator';

/** What the generator says, once per streak: a fault of its own, or a shop it can't reach. */
export function generatorLog(logger: Pick<Logger, 'info' | 'warn' | 'error'>): GeneratorLog {
  return {
    refused: (cohort, plan, outcome) => {
      if (outcome.result !== 'error') return;
      const { kind, status, reason } = outcome;
      const fields = {
        event: 'load_journey_refused',
        'journey.name': plan.journey,
        'error.type': kind,
        'journey.failure_reason': reason,
        ...(status === null ? {} : { 'http.response.status_code': status }),
      };
      withCohort(cohort, () => {
        if (kind === 'client_error') {
          logger.error(
            fields,
            'the shop refuses what the load generator sends (logged once until it takes it again)',
          );
        } else {
          logger.warn(fields, 'the frontend cannot be reached (logged once until it answers again)');
        }
      });
    },
    skipped: (orders) => {
      logger.info(
        `the run jumped ahead: ${orders} orders of the minutes between, whose card is declined, are placed now`,
      );
    },
    gap: (cohort, gapMs) => {
      logger.warn(
        { event: 'load_timetable_gap', 'traffic.type': cohort, 'load.gap_ms': Math.round(gapMs) },
        'the process stood still or the clock was set: its timetable goes on from now',
      );
    },
    missed: (member, arrivals) => {
      logger.warn(
        { event: 'load_arrivals_missed', 'load.replica': member.name, 'load.missed': arrivals },
        'another replica died: the others take its part over, what was due meanwhile was not played',
      );
    },
  };
}
