import type { ConfigFault } from '../config/config-error';
import type { ScenarioConfig } from '../config/schema';
import { simulatePool } from '../prediction';
import { presetOf } from '../presets/all';
import {
  DEFAULT_OUTAGE,
  type CurvePoint,
  type DemoMode,
  type FlowAttribute,
  type MinuteExpectation,
  type Scenario,
} from '../types';
import type {
  AblationOf,
  Bottleneck,
  Cause,
  CauseInput,
  ChainLink,
  Confirmation,
  Delays,
  Fit,
  Lever,
  Prediction,
  Queue,
  ShopSeen,
  Sign,
} from './cause';
import type { Ablation, CauseParts, CauseSettings } from './document';
import { badRelease } from './bad-release/cause';
import { cacheStampede } from './cache-stampede/cause';
import { hotRow } from './hot-row/cause';
import { missingIndex } from './missing-index/cause';
import { smallPool } from './small-pool/cause';
import { slowStorage } from './slow-storage/cause';

/**
 * All causes of outages. A new one is a folder beside the others (`document`: what it puts into the document; `schema`: what
 * of that is allowed, with a default, so that older documents still count; `keys`: its keys of stack config; `cause`:
 * everything else), named here and in document.ts, schema.ts and keys.ts; its outage is a file in scenario/presets, named in
 * modes.ts and all.ts there. In this order they make the bottleneck: how long a scan takes, whether there is a scan, how many
 * there may be at once.
 */
export const CAUSES: readonly Cause[] = [
  slowStorage,
  missingIndex,
  smallPool,
  badRelease,
  hotRow,
  cacheStampede,
];

/** The causes that a mode's preset names. */
export function causesOf(mode: DemoMode): Cause[] {
  const { causes } = presetOf(mode);
  return CAUSES.filter(({ name }) => causes[name] !== undefined);
}

/** Keys of stack config that make no outage with a mode's own causes, with the reason. */
export function excludedFrom(mode: DemoMode, config: ScenarioConfig): ConfigFault[] {
  const { causes } = presetOf(mode);
  return CAUSES.flatMap(({ name, excluded }) =>
    causes[name] === undefined ? (excluded?.(config) ?? []) : [],
  );
}

/** A preset's settings as a curve needs them. @param points scaled */
export function fitted(settings: CauseSettings, points: readonly CurvePoint[], scale: number): Fit {
  const fits = CAUSES.flatMap(({ name, fit }) =>
    settings[name] === undefined || fit === undefined ? [] : [fit(settings, points, scale)],
  );
  return {
    settings: Object.assign({ ...settings }, ...fits.map((fit) => fit.settings)) as CauseSettings,
    faults: fits.flatMap(({ faults }) => faults),
  };
}

/** What all causes put into a document. */
export function partsOf(input: CauseInput): CauseParts {
  return Object.assign({}, ...CAUSES.map((cause) => cause.resolve(input))) as CauseParts;
}

/** What demo checkouts queue for in a scenario, at the recommendation pool. */
function bottleneckOf(parts: CauseParts): Bottleneck {
  const none: Bottleneck = { connections: 1, acquireTimeoutMs: 0, hold: 0, basis: '' };
  return CAUSES.reduce((before, cause) => cause.bottleneck?.(parts, before) ?? before, none);
}

/** What a scenario's causes will make of it: by the simulation that one of them brings, else of the pool. */
export function predictionOf(scenario: Scenario): Prediction {
  const pool = bottleneckOf(scenario);
  const [own] = CAUSES.flatMap((cause) => cause.simulate?.(scenario, pool) ?? []);
  if (own !== undefined) return own;
  const { minuteSeconds, durationMinutes, traffic } = scenario;
  return {
    minutes: () => simulatePool({ minuteSeconds, durationMinutes, points: traffic.demoPoints, ...pool }),
    timeoutMs: pool.acquireTimeoutMs,
    basis: pool.basis,
  };
}

/** The longest that the causes let a checkout take. */
export function delaysOf(parts: CauseParts): Delays {
  const all = CAUSES.map((cause) => cause.delays?.(parts) ?? {});
  const longest = (of: keyof Delays): number => Math.max(0, ...all.map((delays) => delays[of] ?? 0));
  return { waitMs: longest('waitMs'), queryMs: longest('queryMs'), restMs: longest('restMs') };
}

/** Why the clock of a run can't be put back, as a sentence's end; null where it can. */
export function noWayBack(parts: CauseParts): string | null {
  return CAUSES.map((cause) => cause.noWayBack?.(parts) ?? null).find((why) => why !== null) ?? null;
}

/** Which of the flow alert's attributes a minute will show, besides failed checkouts. */
export function telltalesOf(scenario: Scenario, minute: MinuteExpectation): ReadonlySet<FlowAttribute> {
  return CAUSES.reduce<ReadonlySet<FlowAttribute>>(
    (before, cause) => cause.telltales?.(scenario, minute, before) ?? before,
    new Set(),
  );
}

/** What the shop must show before a scenario counts as applied. */
export function confirmationsOf(parts: CauseParts): Confirmation[] {
  return CAUSES.flatMap((cause) => cause.confirmations?.(parts) ?? []);
}

/** What in a scenario is not as in normal operations. */
export function deviationsOf(scenario: Scenario): Sign[] {
  return CAUSES.flatMap((cause) => cause.signs(scenario)).filter(({ now, normal }) => now !== normal);
}

/** In normal mode the default outage is shown, which is not there. */
const shownIn = (mode: DemoMode): DemoMode => (mode === 'normal' ? DEFAULT_OUTAGE : mode);

/** Where checkouts queue in any outage. */
export const QUEUES: readonly Queue[] = CAUSES.flatMap(({ queue }) => queue ?? []);

/** Where checkouts queue in a mode; in normal mode where they would in the default outage. */
export function queueOf(mode: DemoMode): Queue {
  const [queue] = causesOf(shownIn(mode)).flatMap((cause) => cause.queue ?? []);
  if (queue === undefined) throw new Error(`no cause of ${mode} says where checkouts queue`);
  return queue;
}

/** The way from a mode's causes to its effect, as the shop shows it now; in normal mode the default outage's. */
export function chainOf(mode: DemoMode, shop: ShopSeen): ChainLink[] {
  return causesOf(shownIn(mode)).flatMap((cause) => cause.chain?.(shop) ?? []);
}

/** The names of all causes: what can be the matter. */
export const CAUSE_NAMES = CAUSES.map(({ name }) => name);

/** What an operator sets of a scenario, in his stack file. */
export function leversOf(scenario: Scenario): Lever[] {
  return CAUSES.flatMap((cause) => cause.levers?.(scenario) ?? []);
}

/** What of stack config makes an outage, whatever its mode; each with its key first. */
export function causesInConfig(config: ScenarioConfig): string[] {
  return CAUSES.flatMap((cause) => cause.inConfig?.(config) ?? []);
}

/** All that can be taken out of a run. */
export const ABLATABLE: readonly AblationOf[] = CAUSES.flatMap(({ ablations }) => ablations ?? []);

/** What can be taken out of a mode's run; in normal mode nothing. */
export function ablationsOf(mode: DemoMode): AblationOf[] {
  return causesOf(mode).flatMap(({ ablations }) => ablations ?? []);
}

/** When nothing is taken out any more, as an ablation says it of itself. */
export const ALL_CAUSES: Pick<AblationOf, 'action' | 'done' | 'event'> = {
  action: 'Put every cause back',
  done: 'Every cause is in place',
  event: 'every cause back',
};

/** An ablation by its name; null for none. */
export function ablationOf(name: Ablation | null): AblationOf | null {
  return ABLATABLE.find((ablation) => ablation.name === name) ?? null;
}
