import type { ConfigFault } from '../config/config-error';
import type { ScenarioConfig } from '../config/schema';
import type { SimulatedMinute } from '../prediction';
import type { SqlExecutor } from '../sql/executor';
import type { Stage, Step } from '../sql/plan';
import type { CurvePoint, FlowAttribute, MinuteExpectation, Scenario } from '../types';
import type { Ablation, CauseParts, CauseSettings } from './document';
import type { CAUSE_KEYS } from './keys';
import type { StorageStep } from './slow-storage/document';

/** The keys of stack config by which causes are changed. */
export type CauseConfig = Pick<ScenarioConfig, keyof typeof CAUSE_KEYS>;

/** What a cause is resolved from. */
export interface CauseInput {
  config: CauseConfig;
  /** What the preset says of its causes, fitted to the curve and the scale. */
  settings: CauseSettings;
  scale: number;
  /** The curve in force, its rates scaled; empty in normal mode. */
  points: readonly CurvePoint[];
  minuteSeconds: number;
  durationMinutes: number;
}

/** What is wrong with a curve: index of the point, the field, and the reason with what is possible. */
export interface CurveFault {
  index: number;
  field: 'minute' | 'rpm' | 'errorRate';
  message: string;
}

/** A cause's settings as a curve needs them. */
export interface Fit {
  /** Fitted; meaningless with faults. */
  settings: Partial<CauseSettings>;
  /** Why nothing that the cause can be set to makes the curve. */
  faults: CurveFault[];
}

/** What demo checkouts queue for, as the simulation of the recommendation pool needs it. */
export interface Bottleneck {
  connections: number;
  acquireTimeoutMs: number;
  /** How long a query holds its connection: a constant (ms), or the storage steps of paced scans. */
  hold: number | readonly StorageStep[];
  /** What the prediction rests on, in a sentence. */
  basis: string;
}

/** What will be seen of each minute, and why. */
export interface Prediction {
  minutes: () => SimulatedMinute[];
  /** What a failed request waited (ms). */
  timeoutMs: number;
  /** What it rests on, in a sentence. */
  basis: string;
  /** The law leaves nothing to choose: what is predicted is what a run is held against, instead of its curve. */
  isTarget?: boolean;
  /** Why a point of the curve that is to have errors may be predicted without, and the other way round: what to do. */
  contradicted?: (wantsErrors: boolean) => string;
}

/** How long a cause lets a checkout take (ms), of which callers' patience is made. */
export interface Delays {
  /** Waiting for its turn, before the recommendation query. */
  waitMs: number;
  /** The recommendation query itself. */
  queryMs: number;
  /** Anything in a checkout but its recommendations. */
  restMs: number;
}

/** What the running shop shows of itself, as far as it was seen. */
export interface ShopSeen {
  /** PostgreSQL's catalog; null before it was read. */
  indexes: Readonly<Record<string, string>> | null;
  /** How PostgreSQL plans the recommendation query; null before it was asked. */
  plan: 'withIndex' | 'withoutIndex' | null;
  /** The release that a service's telemetry was of last; null before any came. */
  release: (service: string) => string | null;
  /** The median of the recommendation query in the last seconds (ms); null where none ended. */
  queryMs: number | null;
  /** Share of those who asked for recommendations just now and found theirs in the cache; null: nobody asked it. */
  cacheHits: number | null;
  /** A service's pool by its own metrics, over all replicas; each null before it came. */
  pool: (service: string, pool: string) => PoolSeen;
}

/** A key of stack config that an operator works with, and its value in a scenario, as config has it. */
export interface Lever {
  key: readonly [group: string, member: string];
  value: string | number | boolean;
}

/** Connections of a pool that it may have, that are in use, and requests that wait for one. */
export interface PoolSeen {
  max: number | null;
  used: number | null;
  pending: number | null;
}

/** Statements whose time tells of an outage. */
export type Statement = 'recommendation' | 'reservation';

/** Where checkouts queue in an outage: whose figures a report and the console show. */
export interface Queue {
  /** Whose pool, and what its metrics call it. */
  service: string;
  pool: string;
  /** What is done with its connections; null: nothing. */
  statement: Statement | null;
  /** What a failing checkout waits for in vain: `a connection from the pool`. */
  lacks: string;
}

/** A step from cause to effect, with the figure that shows it now. */
export interface ChainLink {
  title: string;
  value: string | { ms: number | null };
  note: string;
  /** Whether it shows the cause at work. */
  bad: boolean;
}

/** Something of the shop by which a cause shows, or shows that it is not there. */
export interface Sign {
  kind: string;
  name: string;
  /** As the scenario wants it. */
  now: string;
  normal: string;
  /** Two or three words for who presents it, and what they are of. */
  words: readonly [head: string, rest: string];
  /** What a heal does about it. */
  heal: string;
  /** Whether the shop shows it as the scenario wants it; null: it was not seen yet. */
  seen: (shop: ShopSeen) => boolean | null;
}

/** What must be seen before a change of the scenario counts as done. */
export interface Confirmation {
  what: string;
  seen: (shop: ShopSeen) => boolean;
}

/** What a run without one of its causes shows: it is graded by this instead of by its curve. */
export interface AblationPromise {
  /**
   * Where it is looked at: in each minute by itself, over all minutes of the highest target together, or in the last of
   * the run, where it takes time to show.
   */
  where: 'each minute' | 'peak' | 'end';
  /** Most of demo checkouts that fail (share). */
  errorRate: number;
  /** Why so few: `the index is there`. */
  since: string;
  /** The demo's p95 lies above it (ms): slow instead of failing; null: it is not looked at. */
  p95AboveMs: number | null;
}

/** A cause taken out of a run, or made harmless, to show that it was one. */
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
  /**
   * Share of the shop's scale at which a run of its own goes, unless somebody says one: who no longer fails costs the whole
   * way. 1 where it is not said.
   */
  lighter?: number;
  /** Keys of stack config that do the same to the preset. */
  config: (settings: CauseSettings) => Record<string, string>;
  /** The scenario's part without the cause. */
  take: (scenario: Scenario) => Partial<CauseParts>;
  /** The part as the preset has it: what config had changed besides is not known from a document. */
  putBack: (scenario: Scenario, settings: CauseSettings) => Partial<CauseParts>;
}

/** What was seen of a run, for the paragraph that explains it. */
export interface Explained {
  catalogRows: number;
  /** The slowest minute's p95 of the recommendation query, with its unit; null: none was seen. */
  slowestQuery: string | null;
  storageEmulation: boolean;
}

/**
 * A cause of outages: everything that is to be known of it, outside the service that has the fault. A scenario's document
 * holds the parts of all causes, healthy ones where its preset does not name them.
 */
export interface Cause {
  name: keyof CauseSettings;
  /**
   * Chooses, for a curve, what of its settings may be chosen: what makes the curve by the cause's law. Without it the
   * settings are the preset's.
   *
   * @param points scaled
   */
  fit?: (settings: CauseSettings, points: readonly CurvePoint[], scale: number) => Fit;
  /** What it puts into the document: by its own keys of config, else by the preset, else healthy. */
  resolve: (input: CauseInput) => Partial<CauseParts>;
  /** What of a document is its own. */
  partOf: (scenario: CauseParts) => Partial<CauseParts>;
  /** What it makes of what demo checkouts queue for at the recommendation pool, after the causes before it. */
  bottleneck?: (parts: CauseParts, before: Bottleneck) => Bottleneck;
  /**
   * Where checkouts do more than queue for the pool: its own simulation, instead of the pool's. Null: it is not at work.
   *
   * @param pool what the causes make of the pool
   */
  simulate?: (scenario: Scenario, pool: Bottleneck) => Prediction | null;
  /** How long it lets checkouts take. */
  delays?: (parts: CauseParts) => Partial<Delays>;
  /** Which of the flow alert's attributes a minute will show, after the causes before it. */
  telltales?: (
    scenario: Scenario,
    minute: MinuteExpectation,
    before: ReadonlySet<FlowAttribute>,
  ) => ReadonlySet<FlowAttribute>;
  /** What of a scenario shows it in the shop, healthy or not. */
  signs: (scenario: Scenario) => Sign[];
  /**
   * What the shop must show before a scenario counts as applied. Nothing: what is seen is its effect, which every heal and
   * ablation waits for, checkouts that fail.
   */
  confirmations?: (parts: CauseParts) => Confirmation[];
  /** Ways to take it out by itself, or to make it harmless. */
  ablations?: readonly AblationOf[];
  /** Why the clock of a run can't be put back, as a sentence's end; null where it can: what has gathered does not go. */
  noWayBack?: (parts: CauseParts) => string | null;
  /** Where it makes checkouts queue. */
  queue?: Queue;
  /** Its steps from cause to effect, as the shop shows them now. */
  chain?: (shop: ShopSeen) => ChainLink[];
  /** What of stack config makes it, whatever the mode: `pool.max is 5, below the normal 100`, each with its key first. */
  inConfig?: (config: CauseConfig) => string[];
  /** Why keys of stack config make no outage with a preset that does not name this cause: it has a law of its own. */
  excluded?: (config: CauseConfig) => ConfigFault[];
  /** The keys of config, as paths, that a run by configuration sets. */
  runKeys: readonly (readonly string[])[];
  /** What of it an operator sets, whatever is the matter: of an exercise's stack file. */
  levers?: (scenario: Scenario) => Lever[];
  /** How an operator puts it right, in a sentence; null: not by itself. */
  remedy: string | null;
  /** Whether a scenario has it put right without being as in normal mode. */
  isPutRight?: (parts: CauseParts) => boolean;
  /** What of it a healthy database must not have any more, for a person. */
  leftovers?: (sql: SqlExecutor) => Promise<string[]>;
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
  /** What a report says of it: sentences of HTML, of which a run's causes make one paragraph. */
  explain: (seen: Explained) => string;
}
