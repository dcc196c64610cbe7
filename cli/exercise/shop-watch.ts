import type { CohortCounts, ExerciseSample, Intervention } from '../../report/exercise/facts';
import { conditionOf } from '../../report/exercise/health';
import type { Scenario } from '../../scenario/types';
import type { TrafficStats } from '../observation/answers';
import { GrowingCounts } from '../observation/growing-counts';

/** A service that a change of release rolls out may do so for as long (s). */
const ROLL_SECONDS = 30;

/** What one look at the shop found. */
export interface ShopLook {
  traffic: TrafficStats;
  /** Valid indexes of the catalog. */
  indexes: readonly string[];
  /** Process ids by name. */
  processes: ReadonlyMap<string, number>;
}

/** Puts looks at a shop into samples, and notices what was done to it in between. */
export class ShopWatch {
  private readonly counts = { baseline: counted(), demo: counted() };
  /** Of the look before; `indexes` null: whatever changed since was not the participant's doing. */
  private before: { indexes: readonly string[] | null; processes: ShopLook['processes'] } | null = null;
  private readonly rolled = new Map<string, number>();

  /** A service whose release changes at `at` is replaced: by nobody's hand. */
  expectRoll(service: string, at: number): void {
    this.rolled.set(service, at);
  }

  /** The indexes are what they are by the exercise itself from now on, not by a participant. */
  forgetIndexes(): void {
    if (this.before !== null) this.before.indexes = null;
  }

  /** @param at seconds since the exercise began */
  look(
    at: number,
    look: ShopLook,
  ): { counts: Pick<ExerciseSample, 'demo' | 'baseline'>; done: Intervention[] } {
    const done = this.before === null ? [] : [...this.indexChanges(at, look), ...this.restarts(at, look)];
    this.before = { indexes: look.indexes, processes: look.processes };
    return {
      counts: {
        demo: this.counts.demo.look(look.traffic.demo),
        baseline: this.counts.baseline.look(look.traffic.baseline),
      },
      done,
    };
  }

  private indexChanges(at: number, { indexes }: ShopLook): Intervention[] {
    const before = this.before?.indexes ?? indexes;
    return [
      ...indexes
        .filter((name) => !before.includes(name))
        .map((name): Intervention => ({ at, kind: 'index-created', name, text: `created index ${name}` })),
      ...before
        .filter((name) => !indexes.includes(name))
        .map((name): Intervention => ({ at, kind: 'index-dropped', name, text: `dropped index ${name}` })),
    ];
  }

  private restarts(at: number, { processes }: ShopLook): Intervention[] {
    return [...processes].flatMap(([name, pid]): Intervention[] => {
      const before = this.before?.processes.get(name);
      if (before === undefined || before === pid) return [];
      if (at - (this.rolled.get(name) ?? -Infinity) < ROLL_SECONDS) return [];
      return [{ at, kind: 'restart', name, text: `${name} was ended and started again` }];
    });
  }
}

function counted() {
  return new GrowingCounts<keyof CohortCounts>(['scheduled', 'requests', 'errors']);
}

/**
 * What is wanted and expected of checkouts at a moment, had nobody repaired anything.
 *
 * @param planned the exercise's scenario as it began; null before
 * @param minute by its clock
 */
export function expectedAt(
  planned: Scenario | null,
  minute: number,
): Pick<ExerciseSample, 'wantedRpm' | 'unrepaired'> {
  const expected = planned?.expectations[Math.floor(minute)];
  if (expected === undefined) return { wantedRpm: planned?.traffic.normalDemoRpm ?? 0, unrepaired: 'well' };
  const { errorRate, p95Ms } = expected.predicted;
  return { wantedRpm: expected.rpm, unrepaired: conditionOf(errorRate, p95Ms) };
}
