import type { Scenario } from '../types';
import type { AblationOf, Bottleneck, Cause, CauseInput, Deviation } from './cause';
import type { Ablation, CauseParts } from './document';
import { missingIndex } from './missing-index/cause';
import { smallPool } from './small-pool/cause';
import { slowStorage } from './slow-storage/cause';

/**
 * All causes of outages. In this order they make the bottleneck: how long a scan takes, whether there is a scan, how many
 * there may be at once.
 */
export const CAUSES: readonly Cause[] = [slowStorage, missingIndex, smallPool];

/** What all causes put into a document. */
export function partsOf(input: CauseInput): CauseParts {
  return Object.assign({}, ...CAUSES.map((cause) => cause.resolve(input))) as CauseParts;
}

/** What demo checkouts queue for in a scenario. */
export function bottleneckOf(scenario: Scenario): Bottleneck {
  const none: Bottleneck = { connections: 1, acquireTimeoutMs: 0, hold: 0, basis: '' };
  return CAUSES.reduce((before, cause) => cause.bottleneck(scenario, before), none);
}

/** What in a scenario is not as in normal operations. */
export function deviationsOf(scenario: Scenario): Deviation[] {
  return CAUSES.flatMap((cause) => cause.deviations(scenario));
}

/** The causes that can be taken out of a run. */
export const ABLATABLE: readonly AblationOf[] = CAUSES.flatMap(({ ablation }) =>
  ablation === null ? [] : [ablation],
);

/** When nothing is taken out any more, as an ablation says it of itself. */
export const ALL_CAUSES: Pick<AblationOf, 'action' | 'done' | 'event'> = {
  action: 'Put both causes back',
  done: 'Both causes are in place',
  event: 'both causes back',
};

/** An ablation by its name; null for none. */
export function ablationOf(name: Ablation | null): AblationOf | null {
  return ABLATABLE.find((ablation) => ablation.name === name) ?? null;
}
