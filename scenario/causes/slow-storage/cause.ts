import type { Cause } from '../cause';
import { HEALTHY_POOL } from '../small-pool/document';
import { solveStorage } from './law';

/** A full scan without emulated storage: CPU only, on common hardware (ms). A guess, so such a run isn't graded. */
const UNPACED_SCAN_MS = 80;

/** Cold reads take as long as the curve needs: full scans are paced inside PostgreSQL. */
export const slowStorage: Cause = {
  name: 'slow-storage',
  resolve: ({ config, settings, points, connections, minuteSeconds, durationMinutes }) => {
    const enabled = config.storageEmulation ?? true;
    const own = settings['slow-storage'];
    const { acquireTimeoutMs } = settings['small-pool'] ?? HEALTHY_POOL;
    const steps =
      own === undefined
        ? []
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
          basis: `Predicted without storage emulation: scans of ${String(UNPACED_SCAN_MS)} ms are assumed, the hardware decides; not graded.`,
        },
  // The profile is not looked at: without an absent index nobody scans.
  deviations: () => [],
  ablation: null,
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
};
