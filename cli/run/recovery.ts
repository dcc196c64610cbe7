import { setTimeout as delay } from 'node:timers/promises';
import { poolOver } from '../../scenario/pool-share';
import type { Scenario } from '../../scenario/types';
import { wrongIndexes, type Conductor } from '../target/conductor';
import { messageOf } from '../../machine/errors';
import type { ShopObserver } from '../target/observation';
import { duration, percent } from '../../report/format';
import { HEALED_ERROR_RATE } from '../../report/limits';
import { type Output } from '../../machine/terminal';
import type { Healed } from '../../report/report';

/** How long everything may take to be well again after the heal (ms). */
const HEALTHY_WITHIN_MS = 30_000;
const POLL_MS = 500;

export interface RecoveryTools {
  conductor: Conductor;
  observer: ShopObserver;
  output: Output;
}

/** Notes when the last demo checkout failed, by looking at the total counts. */
export class LastFailure {
  private errors: number | null = null;
  private atMs: number | null = null;

  /**
   * @param atMs when the counts were read
   * @param recent failures of the seconds before: with the first look the latest of them counts as of now, since
   *   the way to the load generator may have taken longer than the heal
   */
  look(errors: number, atMs: number, recent = 0): void {
    // A smaller count is a restarted load generator's.
    if (this.errors === null ? recent > 0 : errors > this.errors) this.atMs = atMs;
    this.errors = errors;
  }

  /** When it was (ms, as given to `look`); null when none failed while looked at. */
  get at(): number | null {
    return this.atMs;
  }
}

/**
 * Looks twice a second for checkouts that fail, until it is stopped; looks that fail are left out (the load generator
 * is away: verifying tells).
 */
export class FailureWatch {
  readonly last = new LastFailure();
  private on = true;
  private readonly watching: Promise<void>;

  /** @param read failed demo checkouts so far, and as `LastFailure` takes them the `recent` ones */
  constructor(read: () => Promise<{ errors: number; recent?: number }>) {
    this.watching = this.watch(read);
  }

  /** Resolves after the last look. */
  async stop(): Promise<void> {
    this.on = false;
    await this.watching;
  }

  private async watch(read: () => Promise<{ errors: number; recent?: number }>): Promise<void> {
    while (this.on) {
      const found = await read().catch(() => null);
      if (found !== null) this.last.look(found.errors, performance.now(), found.recent);
      await delay(POLL_MS);
    }
  }
}

/** A heal that has not been looked at yet. */
export function notHealed(failures: string[]): Healed {
  return {
    ok: false,
    indexes: {},
    pool: { max: null, expected: null },
    demo: { requests: 0, errors: 0, errorRate: null },
    timeToRecoverSeconds: null,
    verifiedAfterSeconds: null,
    failures,
  };
}

/**
 * Heals a run and verifies it: indexes as desired, the recommendation pool restored, under 2 % demo errors over ten
 * seconds. It never throws: what could not be done is in `failures`.
 *
 * @param putBack ends the outage and resolves with what is desired then
 */
export async function heal(
  putBack: () => Promise<Scenario>,
  { conductor, observer, output }: RecoveryTools,
): Promise<Healed> {
  output.line('Heal');
  const started = performance.now();
  const watch = new FailureWatch(async () => ({ errors: (await observer.traffic()).demo.errors }));
  try {
    const desired = await putBack();
    return await verify(desired, { conductor, observer, output }, started, watch.last);
  } catch (error) {
    const failure = `${messageOf(error)}. The next command heals.`;
    output.line(`  ✗ ${failure}`);
    return notHealed([failure]);
  } finally {
    await watch.stop();
  }
}

async function verify(
  desired: Scenario,
  { conductor, observer, output }: RecoveryTools,
  started: number,
  lastFailure: LastFailure,
): Promise<Healed> {
  const deadline = performance.now() + HEALTHY_WITHIN_MS;
  const healed = notHealed([]);
  healed.pool.expected = desired.pools.recommendation.max;
  for (;;) {
    healed.failures = [
      ...(await indexFailures(healed, desired, conductor)),
      ...(await poolFailures(healed, desired.pools.recommendation.max, observer)),
      ...(await errorFailures(healed, observer)),
    ];
    if (healed.failures.length === 0) break;
    if (performance.now() > deadline) {
      for (const failure of healed.failures) output.line(`  ✗ ${failure}`);
      return healed;
    }
    await delay(POLL_MS);
  }
  healed.ok = true;
  healed.timeToRecoverSeconds = seconds(Math.max(0, (lastFailure.at ?? started) - started));
  healed.verifiedAfterSeconds = seconds(performance.now() - started);
  output.line(
    `  ✓ index present, pool ${String(healed.pool.max)}, demo errors ${percent(healed.demo.errorRate ?? 0)} of the last ten seconds`,
  );
  const last = lastFailure.at;
  output.line(
    (last === null
      ? '  ✓ no checkout failed after the heal began'
      : `  ✓ the last checkout failed ${duration(last - started)} after the heal began`) +
      ` (verified after ${duration(performance.now() - started)})`,
  );
  return healed;
}

async function indexFailures(healed: Healed, desired: Scenario, conductor: Conductor): Promise<string[]> {
  try {
    const found = await conductor.readIndexes();
    healed.indexes = found;
    return wrongIndexes(desired, found);
  } catch (error) {
    return [`PostgreSQL does not answer (${messageOf(error)})`];
  }
}

async function poolFailures({ pool }: Healed, total: number, observer: ShopObserver): Promise<string[]> {
  try {
    const { size, replicas } = await observer.recommendationPool();
    const expected = poolOver(total, replicas);
    pool.max = size;
    pool.expected = expected;
    return size === expected
      ? []
      : [`the recommendation pool is ${String(size)}, should be ${String(expected)}`];
  } catch (error) {
    return [`product-catalog does not answer (${messageOf(error)})`];
  }
}

async function errorFailures(healed: Healed, observer: ShopObserver): Promise<string[]> {
  try {
    const { requests, errors } = (await observer.traffic()).demo.last10s;
    const errorRate = requests === 0 ? null : errors / requests;
    healed.demo = { requests, errors, errorRate };
    if (errorRate === null) return ['no demo checkout ended in the last ten seconds'];
    return errorRate < HEALED_ERROR_RATE
      ? []
      : [`${percent(errorRate)} of the demo checkouts of the last ten seconds failed (less than 2 %)`];
  } catch (error) {
    return [`load-generator does not answer (${messageOf(error)})`];
  }
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
