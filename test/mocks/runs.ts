import { presetOf } from '../../scenario/presets/all';
import { resolveScenario } from '../../scenario/resolve';
import type { Ablation, DemoMode } from '../../scenario/types';
import { totalLostRevenueUsd } from '../../report/lost-revenue';
import type { CohortMinute, LoadCounts, ObservedMinute } from '../../report/observation';
import {
  reportHead,
  reportMinute,
  type BaselineWindows,
  type Healed,
  type ReportMinute,
  type RunFacts,
} from '../../report/report';

/** What the run's command knows: nothing of it is null. */
export type WatchedRun = RunFacts & { load: LoadCounts; baseline: BaselineWindows; healed: Healed };

/** A cohort's minute for tests: `errors` of `requests` failed. */
export function cohort(requests: number, errors: number, p95Ms: number | null = 10): CohortMinute {
  return {
    rpm: requests,
    scheduled: requests,
    completed: requests - errors,
    errors,
    errorRate: requests === 0 ? 0 : errors / requests,
    p50Ms: p95Ms === null ? null : p95Ms / 2,
    p95Ms,
  };
}

/** A minute of the peak as the load generator counts it. */
export const peakMinute = (minute: number, errors: number, inFlight = 0): ObservedMinute => ({
  minute,
  phase: 'catastrophe',
  demo: { ...cohort(420, errors, 3210), rpm: 4200 },
  baseline: cohort(10, 0, 12),
  inFlight,
});

/** A run for tests that went exactly as the curve wants: a healthy baseline, no dropped start, healed. */
export function goodRun(
  options: {
    mode?: DemoMode;
    minuteSeconds?: number;
    durationMinutes?: number;
    ablation?: Ablation;
    storageEmulation?: boolean;
  } = {},
): WatchedRun {
  const scenario = resolveScenario(
    {
      demoMode: options.mode ?? 'blackfriday',
      minuteSeconds: options.minuteSeconds ?? 6,
      durationMinutes: options.durationMinutes ?? 30,
      storageEmulation: options.storageEmulation ?? true,
    },
    { nowSeconds: 1_700_000_000, startTimestamp: 1_700_000_000, ablation: options.ablation ?? null },
  );
  const minutes: ReportMinute[] = scenario.expectations.map((expected) =>
    reportMinute(
      expected,
      {
        demo: cohort(1000, Math.round(expected.targetErrorRate * 1000), expected.predicted.allP95Ms),
        baseline: cohort(50, 0, 12),
      },
      Math.round(expected.targetErrorRate * 1000) * 50,
    ),
  );
  return {
    ...reportHead(scenario, 1_700_000_000),
    minutes,
    lostRevenueUsd: totalLostRevenueUsd(minutes),
    load: { scheduled: 40_000, started: 40_000, dropped: 0, startLagP99Ms: 3 },
    baseline: { catalogP95Ms: 9, journeyP95Ms: 25 },
    healed: {
      ok: true,
      indexes: {
        idx_products_category: 'present',
        idx_products_category_active: 'present',
        idx_products_stock_quantity: 'present',
      },
      pool: { max: 25, expected: 25 },
      demo: { requests: 40, errors: 0, errorRate: 0 },
      timeToRecoverSeconds: 2.1,
      verifiedAfterSeconds: 11.4,
      failures: [],
    },
    endedMinute: null,
    ranOn: 'local',
    events: [],
    flowAlertMinute: 22,
    flowAlertPlanned: { minute: 22, rule: presetOf('blackfriday').flowAlert },
    machine: { cores: 2, load: 1.2 },
    blindSeed: null,
  };
}

/** The facts with one minute changed. */
export function withMinute<Facts extends RunFacts>(
  facts: Facts,
  minute: number,
  change: { demo?: Partial<CohortMinute>; baseline?: CohortMinute },
): Facts {
  return {
    ...facts,
    minutes: facts.minutes.map((found) =>
      found.minute === minute
        ? { ...found, demo: { ...found.demo, ...change.demo }, baseline: change.baseline ?? found.baseline }
        : found,
    ),
  };
}
