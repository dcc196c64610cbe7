import type { EffectiveScenario } from '../../scenario/types';
import type { Output } from '../../machine/terminal';
import { until, type Look, type Patience } from '../observation/look';
import type { ShopObserver } from '../observation/shop-observer';
import type { Target } from '../target/target';
import { failed, ok, type Finding } from './check';

/** What checks work with. Their patience is how long telemetry and the like may take to show. */
export interface CheckContext extends Patience {
  target: Target;
  observer: ShopObserver;
  /** What the shop follows now, read from the database once for all checks; rejects while that does not answer. */
  effective: () => Promise<EffectiveScenario>;
  output: Output;
}

/** Waits for a condition. @param figures of one that holds @param remedy of one that does not */
export async function checked<T>(
  patience: Patience,
  condition: () => Promise<Look<T>>,
  figures: (seen: T) => string,
  remedy?: string,
): Promise<Finding> {
  const found = await until(condition, patience);
  return found.problem === null ? ok(figures(found.seen)) : failed(found.problem, remedy);
}
