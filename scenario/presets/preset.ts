import { DEFAULTS } from '../config/limits';
import type { CauseSettings } from '../causes/document';
import type { Ablation, CurvePoint, DemoMode, FlowAlertRule, Phase } from '../types';

/** What a mode means before config changes it. Rates and pools are those of scale 1. */
export interface Preset {
  mode: DemoMode;
  title: string;
  /** What the presenter wants to see; empty in normal mode. */
  curve: readonly CurvePoint[];
  /** What makes the outage; nothing in normal mode. */
  causes: CauseSettings;
  /** The least that the frontend gives the recommendations (ms); longer where the solved scans need it. */
  recommendationsMs: number;
  /** The smallest traffic.scale at which the outage can be had; 0: any. */
  minScale: number;
  /** Why it can't be had below; empty where it can be had at any. */
  minScaleReason: string;
  /** Runs with shorter minutes are shown but not graded: too few requests, or waits as long as the minute. */
  gradedFromMinuteSeconds: number;
  /** When the flow alert fires on the preset's own curve: solved for minute {@link FLOW_ALERT_MINUTE}. */
  flowAlert: FlowAlertRule;
  /** Mean value of a demo order (USD). */
  orderValueUsd: number;
  phases: (curve: readonly CurvePoint[]) => Phase[];
  /** What there is to show in a phase, for who presents it; by the phase's name. */
  toShow: Readonly<Record<string, string>>;
  /** The talk at the console. */
  talk: readonly TalkAct[];
  /** What `npm run demo -- --blind` may choose of it. */
  exercises: readonly ExerciseKind[];
}

/** An act of the talk at the console. */
export interface TalkAct {
  title: string;
  /** Seconds of the talk. */
  from: number;
  to: number;
  /** Phases of the run that it is about. */
  phases: readonly string[];
  show: 'stage' | 'curve' | 'why';
  /** What a vendor's page shows meanwhile. */
  vendor: string;
  /** A filter to paste there; `{run}` stands for the run's own condition. */
  filter: string;
  /** What to show, say and do. */
  steps: Readonly<Record<'Show' | 'Say' | 'Do', string>>;
  points: readonly string[];
}

/** A form of an outage that a trainee can be given. */
export interface ExerciseKind {
  /** The cause that is left out. */
  ablation?: Ablation;
  /** Points instead of the preset's. */
  curve?: readonly CurvePoint[];
  /** Keys of stack config that are set besides. */
  config?: Readonly<Record<string, unknown>>;
  /** It begins at one of these demo minutes. */
  fromMinute: readonly [least: number, most: number];
  minutes: number;
  /** What is to be found and mended first; null: nothing is the matter, it is a false alarm. */
  cause: keyof CauseSettings | null;
  /** What is the matter, in a sentence. */
  answer: string;
}

/** The minute at which the seeds stage the flow alert (001 and 004: "minute 22-23"). */
export const FLOW_ALERT_MINUTE = 22;

/** Both cohorts in normal mode, and before and after a run: rpm at scale 1. */
export const NORMAL_RATES = { baselineRpm: 100, demoRpm: 60 } as const;

/** What a preset means that says nothing else. */
export const USUAL = {
  recommendationsMs: 5000,
  minScale: 0,
  minScaleReason: '',
  gradedFromMinuteSeconds: 6,
  orderValueUsd: DEFAULTS.orderValueUsd,
  exercises: [],
} as const satisfies Partial<Preset>;

/** What a checkout needs besides its recommendations, and for its error to reach the caller in time (ms). */
export const REST_OF_CHECKOUT_MS = 1000;
