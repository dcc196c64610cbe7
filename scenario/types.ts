/** The words of a scenario: what is stored (document.ts), and what is made of it. */

import type { MinuteExpectation, Override, Phase, Scenario } from './document';

export { ABLATIONS, type Ablation } from './causes/document';
export type { MinuteExpectation, Override, Phase, Scenario };
export { FLOW_ATTRIBUTES, type FlowAlertRule, type FlowAttribute } from './flow-alert';
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
