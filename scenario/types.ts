/**
 * The types of a resolved scenario: the one validated document that the Pulumi program and the local runner
 * store in PostgreSQL (`scenario.desired`, `scenario.override`) and that every reader follows.
 *
 * Units: timestamps are Unix seconds (fractions allowed), durations ms unless the name says otherwise,
 * rates are requests per demo-clock-independent minute (rpm, 60 real seconds), prices cents.
 */

import type { Ablation, CauseParts } from './causes/document';
import type { DemoMode } from './presets/modes';

export { ABLATIONS, type Ablation } from './causes/document';
export { INDEX_NAMES, type IndexName, type IndexState } from './sql/indexes';
export type { StorageStep } from './causes/slow-storage/document';
export { DEFAULT_OUTAGE, DEMO_MODES, OUTAGES, type DemoMode, type OutageMode } from './presets/modes';

export type TrafficType = 'baseline' | 'demo';

export const JOURNEYS = ['browse_only', 'browse_and_cart', 'full_checkout'] as const;
export type Journey = (typeof JOURNEYS)[number];

/** A point of a curve: what the presenter wants to see at a minute. */
export interface CurvePoint {
  /** Demo minute. */
  minute: number;
  /** Demo checkouts offered, requests per real minute, at scale 1. */
  rpm: number;
  /** Share of demo checkouts that fail, 0…1. */
  errorRate: number;
}

export interface Phase {
  /** First demo minute of the phase. */
  fromMinute: number;
  /** Machine name, e.g. `peak_failure`; travels as baggage `demo.phase`. */
  name: string;
  /** What a presenter calls it, e.g. `Act 3: The catastrophe`. */
  title: string;
  /** Weights of the journeys of demo traffic from this phase on (V3); null: every demo request is one checkout. */
  journeyWeights: Readonly<Record<Journey, number>> | null;
}

/** What one demo minute [minute, minute+1) is expected to show. Rates are already scaled. */
export interface MinuteExpectation {
  minute: number;
  phase: string;
  /** Mean offered demo checkouts per real minute in this minute, scaled. */
  rpm: number;
  /** The preset's error rate at this minute (interpolated between the curve's points), 0…1. */
  targetErrorRate: number;
  /** True where the curve has a point at exactly this minute: a run is graded there. */
  graded: boolean;
  /**
   * From the discrete-event simulation, for the requests scheduled in this minute. Ms; null where no request ran
   * or was answered. p50Ms and p95Ms are the recommendation query's (wait for the pool and scan) of answered
   * requests; allP95Ms is over all requests, where a failed one took the acquire timeout.
   */
  predicted: { errorRate: number; p50Ms: number | null; p95Ms: number | null; allP95Ms: number | null };
}

/** Attributes of spans that a flow alert may ask for. */
export const FLOW_ATTRIBUTES = [
  'db.slow_query',
  'db.full_table_scan',
  'db.connection.pool.exhausted',
  'shop.lock.timeout',
  'checkout.failed',
] as const;
export type FlowAttribute = (typeof FLOW_ATTRIBUTES)[number];

/**
 * What the flow alert has to see. Both thresholds have to be exceeded (not just reached),
 * by the demo cohort's checkouts at the frontend.
 */
export interface FlowAlertRule {
  /** Each is `true` on at least one span of the demo cohort in the minute. */
  attributes: readonly FlowAttribute[];
  /** Failed checkouts / checkouts, 0…1. A declined card (402) is no failure. */
  errorRate: number;
  /** 95th percentile of the checkouts' duration, failed ones included (ms). */
  p95Ms: number;
  /** So many full demo minutes in a row have to meet every condition; with the last of them it fires. */
  forMinutes: number;
}

export interface Scenario extends CauseParts {
  version: 1;
  mode: DemoMode;
  title: string;
  /** Baggage `demo.run_id`: differs for each run. `normal` in normal mode. */
  runId: string;
  demoRun: number;
  /** Unix seconds of minute 0; null in normal mode. */
  startTimestamp: number | null;
  minuteSeconds: number;
  /** Demo minutes that it runs. */
  durationMinutes: number;
  /** Demo minutes that are shown and counted; the outage may be held a little longer, until somebody heals it. */
  shownMinutes: number;
  catalogRows: number;
  /** The storefront's page sends spans of its own. */
  browserTelemetry: boolean;
  scale: number;
  ablation: Ablation | null;
  phases: Phase[];
  /** Scaled rates. `demoPoints` is piecewise linear over demo minutes; outside a run the normal rates hold. */
  traffic: {
    baselineRpm: number;
    normalDemoRpm: number;
    demoPoints: { minute: number; rpm: number }[];
  };
  /** How long callers wait (ms). Each is longer than the one before it, so that the cause answers first. */
  timeouts: {
    /** PostgreSQL's statement_timeout for the recommendation query. */
    statementMs: number;
    /** What the frontend gives product-catalog's recommendations. */
    recommendationsMs: number;
    /** What the load generator gives a demo checkout. */
    demoRequestMs: number;
    /** What the load generator gives a baseline journey. */
    baselineRequestMs: number;
  };
  /** When the flow alert fires. */
  flowAlert: FlowAlertRule;
  /** Mean value of a demo order (USD). */
  orderValueUsd: number;
  expectations: MinuteExpectation[];
}

/** One row of `scenario.override`: run-time control, outranking `scenario.desired` until it ends or expires. */
export interface Override {
  runId: string;
  mode: DemoMode;
  /** Unix seconds of minute 0 (moved when a pause is resumed). */
  startTimestamp: number;
  /** Unix seconds at which the clock was stopped; null while it runs. */
  pausedAt: number | null;
  ablation: Ablation | null;
  /** Unix seconds. */
  expiresAt: number;
  /** Who started it, e.g. `cli`, `load-generator`, `console`. */
  startedBy: string;
  scenario: Scenario;
}

/** What counts now: the desired scenario, or the override while there is one. */
export interface EffectiveScenario {
  scenario: Scenario;
  source: 'desired' | 'override';
  /** Unix seconds of minute 0, null in normal mode. */
  startTimestamp: number | null;
  pausedAt: number | null;
  expiresAt: number | null;
}

/** Where a run stands at one moment. */
export interface TimelinePosition {
  state: 'normal' | 'before_start' | 'running' | 'over';
  /** Fractional demo minute; null unless running (or over: the duration). */
  minute: number | null;
  /** Phase name; `normal`, `before_start` and `over` outside a run. */
  phase: string;
  phaseTitle: string;
}
