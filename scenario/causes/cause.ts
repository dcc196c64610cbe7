import type { ScenarioConfig } from '../config/schema';
import type { Stage, Step } from '../sql/plan';
import type { CurvePoint, Scenario } from '../types';
import type { Ablation, CauseParts, CauseSettings } from './document';
import type { StorageStep } from './slow-storage/document';

/** What a cause is resolved from. */
export interface CauseInput {
  config: Pick<ScenarioConfig, 'indexes' | 'pool' | 'storageEmulation'>;
  /** What the preset says of its causes. */
  settings: CauseSettings;
  scale: number;
  /** The curve in force, its rates scaled; empty in normal mode. */
  points: readonly CurvePoint[];
  /** The scaled pool that the curve is solved for. */
  connections: number;
  minuteSeconds: number;
  durationMinutes: number;
}

/** What demo checkouts queue for, as the simulation needs it. */
export interface Bottleneck {
  connections: number;
  acquireTimeoutMs: number;
  /** How long a query holds its connection: a constant (ms), or the storage steps of paced scans. */
  hold: number | readonly StorageStep[];
  /** What the prediction rests on, in a sentence. */
  basis: string;
}

/** Something that is not as in normal operations. */
export interface Deviation {
  kind: 'index' | 'pool';
  name: string;
  now: string;
  normal: string;
}

/** What a run without one of its causes shows: it is graded by this instead of by its curve. */
export interface AblationPromise {
  /** Where it is looked at: in each minute by itself, or over all minutes of the highest target together. */
  where: 'each minute' | 'peak';
  /** Most of demo checkouts that fail (share). */
  errorRate: number;
  /** Why so few: `the index is there`. */
  since: string;
  /** The demo's p95 lies above it (ms): slow instead of failing; null: it is not looked at. */
  p95AboveMs: number | null;
}

/** A cause taken out of a run, to show that it was one. */
export interface AblationOf {
  name: Ablation;
  /** Goes on from the outage's title: `Black Friday …, with the index left in place`. */
  title: string;
  /** What a presenter does: `Restore only the index`. */
  action: string;
  /** What is the case when it is done: `The index has been restored`. */
  done: string;
  /** What the run's history says. */
  event: string;
  /** What the page says of checkouts then, while none fails: as they are, and when they are slow; unfinished sentences. */
  headline: { well: string; slow: string };
  promise: AblationPromise;
  /** Keys of stack config that do the same to the preset. */
  config: (settings: CauseSettings) => Record<string, string>;
  /** The scenario's part without the cause. */
  take: (scenario: Scenario) => Partial<CauseParts>;
  /** The part as the preset has it: what config had changed besides is not known from a document. */
  putBack: (scenario: Scenario, settings: CauseSettings) => Partial<CauseParts>;
}

/**
 * A cause of outages: everything that is to be known of it, outside the service that has the fault. A scenario's document
 * holds the parts of all causes, healthy ones where its preset does not name them.
 */
export interface Cause {
  name: keyof CauseSettings;
  /** What it puts into the document: by its own keys of config, else by the preset, else healthy. */
  resolve: (input: CauseInput) => Partial<CauseParts>;
  /** What of a document is its own. */
  partOf: (scenario: CauseParts) => Partial<CauseParts>;
  /** What it makes of what demo checkouts queue for, after the causes before it. */
  bottleneck: (parts: CauseParts, before: Bottleneck) => Bottleneck;
  /** What a scenario has of it that normal operations do not have. */
  deviations: (scenario: Scenario) => Deviation[];
  /** Null: nothing that can be taken out by itself. */
  ablation: AblationOf | null;
  /**
   * How it is applied, and healed alike, besides the document itself, which the services follow.
   *
   * @param healing taken before anything slow is put right
   */
  stages?: (parts: CauseParts, healing: readonly Step[]) => Stage[];
  /** Taken in the transaction that writes the document. */
  rowSteps?: readonly Step[];
  /** Makes it healthy at once, whatever the document says. */
  healing?: readonly Step[];
  /** What shows it in the telemetry, and what leads from a failing checkout to it. */
  evidence: { attributes: readonly string[]; trail: string };
}
