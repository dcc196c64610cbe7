import type { Cause } from '../cause';
import { healthyPool } from '../small-pool/document';
import { SLOW_QUERY_MS } from '../../flow-alert';
import type { MinuteExpectation } from '../../types';
import type { StoragePart } from './document';
import { solveStorage } from './law';

/** A full scan without emulated storage: CPU only, on common hardware (ms). A guess, so such a run isn't graded. */
const UNPACED_SCAN_MS = 80;

/** Cold reads take as long as the curve needs: full scans are paced inside PostgreSQL. */
export const slowStorage: Cause = {
  name: 'slow-storage',
  resolve: ({ config, settings, points, scale, minuteSeconds, durationMinutes }) => {
    const enabled = config.storageEmulation ?? true;
    const own = settings['slow-storage'];
    const { max: connections, acquireTimeoutMs } = settings['small-pool'] ?? healthyPool(scale);
    const steps =
      own === undefined
        ? []
        : own.scanMs !== undefined
          ? [{ minute: 0, scanMs: own.scanMs }]
          : solveStorage({ points, connections, acquireTimeoutMs, minuteSeconds, durationMinutes, ...own });
    return { storageEmulation: enabled, storage: { enabled, steps } };
  },
  partOf: ({ storageEmulation, storage }) => ({ storageEmulation, storage }),
  bottleneck: ({ storage }, before) =>
    storage.enabled
      ? {
          ...before,
          hold: storage.steps,
          basis: 'Predicted by simulation of the pool with the solved scan times.',
        }
      : {
          ...before,
          hold: UNPACED_SCAN_MS,
          basis: `Predicted without storage emulation: scans of ${UNPACED_SCAN_MS} ms are assumed, the hardware decides; not graded.`,
        },
  // The profile is not looked at: without an absent index nobody scans.
  signs: () => [],
  telltales: ({ storage }, expected, before) =>
    slowestScanMs(storage, expected) > SLOW_QUERY_MS ? new Set([...before, 'db.slow_query']) : before,
  delays: ({ storage: { steps } }) => ({ queryMs: Math.max(0, ...steps.map(({ scanMs }) => scanMs)) }),
  remedy: null,
  runKeys: [],
  leftovers: async (sql) => {
    const { rows } = await sql.query(
      `select read_ms from shop.storage_profile where at <= clock_timestamp() order by at desc limit 1`,
    );
    const readMs = Number(rows[0]?.read_ms ?? 0);
    return readMs === 0 ? [] : [`storage is still slowed down (${readMs} ms an extent)`];
  },
  rowSteps: [
    {
      what: 'storage profile',
      sql: 'select scenario.write_storage($1::jsonb)',
      document: true,
      routine: true,
    },
  ],
  healing: [
    {
      what: 'storage profile of normal operations',
      // No run, no steps: every extent costs nothing.
      sql: `select scenario.write_storage('{"storage":{"enabled":false,"steps":[]}}'::jsonb)`,
      routine: true,
    },
  ],
  evidence: {
    attributes: ['db.slow_query'],
    trail: 'EXPLAIN ANALYZE shows the wait on the Seq Scan node, and nowhere else',
  },
  explain: ({ storageEmulation }) =>
    storageEmulation
      ? 'Index and pool cause the outage; an emulated, solved storage latency inside PostgreSQL shapes its curve, so that it is the same on every machine.'
      : '',
};

/** The longest scan in force during a minute (ms); without storage emulation the one that is assumed. */
function slowestScanMs({ enabled, steps }: StoragePart['storage'], { minute }: MinuteExpectation): number {
  if (!enabled) return UNPACED_SCAN_MS;
  const before = steps.findLast((step) => step.minute <= minute)?.scanMs ?? 0;
  const within = steps.filter((step) => step.minute > minute && step.minute < minute + 1);
  return Math.max(before, ...within.map(({ scanMs }) => scanMs));
}
