import { setTimeout as delay } from 'node:timers/promises';
import type { Scenario } from '../../scenario/types';
import { messageOf, Refusal } from '../../machine/errors';
import type { Output } from '../../machine/terminal';
import { duration, percent, tenths } from '../../report/format';
import type { Healed } from '../../report/report';
import { FailureWatch } from '../observation/failure-watch';
import { untilHealthy } from '../observation/healthy';
import type { Patience } from '../observation/look';
import type { ShopObserver } from '../observation/shop-observer';
import type { Conductor } from '../target/conductor';

/** How long everything may take to be well again after the heal. */
const PATIENCE: Patience = { patienceMs: 30_000, wait: (ms) => delay(ms) };

export interface HealTools {
  conductor: Pick<Conductor, 'readIndexes'>;
  observer: Pick<ShopObserver, 'recommendationPool' | 'traffic'>;
  output: Output;
  patience?: Patience;
}

/**
 * Heals a run and verifies it: indexes as desired, the recommendation pool restored, under 2 % demo errors over ten
 * seconds. It never throws: what could not be done is in `failures`.
 *
 * @param putBack ends the outage and resolves with what is desired then
 */
export async function heal(putBack: () => Promise<Scenario>, tools: HealTools): Promise<Healed> {
  const { observer, output } = tools;
  const started = performance.now();
  const watch = new FailureWatch(observer);
  try {
    output.line('Heal');
    return await verify(await putBack(), tools, started, watch);
  } catch (error) {
    // The text of a refusal says what to do.
    const failure = `${messageOf(error)}${error instanceof Refusal ? '' : '. The next command heals.'}`;
    output.line(`  ✗ ${failure}`);
    return healedOf(null, [failure]);
  } finally {
    await watch.stop();
  }
}

async function verify(
  desired: Scenario,
  tools: HealTools,
  started: number,
  { last }: FailureWatch,
): Promise<Healed> {
  const { output, patience = PATIENCE } = tools;
  const seen = await untilHealthy(desired, tools, patience);
  const healed = healedOf(seen, seen.problems, desired.pools.recommendation.max);
  if (!healed.ok) {
    for (const failure of healed.failures) output.line(`  ✗ ${failure}`);
    return healed;
  }
  const verifiedMs = performance.now() - started;
  output.line(
    `  ✓ index present, pool ${String(healed.pool.max)}, demo errors ${percent(healed.demo.errorRate ?? 0)} of the last ten seconds`,
  );
  output.line(
    (last.at === null
      ? '  ✓ no checkout failed after the heal began'
      : `  ✓ the last checkout failed ${duration(last.at - started)} after the heal began`) +
      ` (verified after ${duration(verifiedMs)})`,
  );
  return {
    ...healed,
    timeToRecoverSeconds: tenths(Math.max(0, (last.at ?? started) - started)),
    verifiedAfterSeconds: tenths(verifiedMs),
  };
}

/** What was seen, as a report has it. */
function healedOf(
  seen: Omit<Awaited<ReturnType<typeof untilHealthy>>, 'problems'> | null,
  failures: string[],
  expected: number | null = null,
): Healed {
  return {
    ok: failures.length === 0,
    indexes: seen?.indexes ?? {},
    pool: { max: seen?.pool?.size ?? null, expected: seen?.pool?.expected ?? expected },
    demo: seen?.checkouts ?? { requests: 0, errors: 0, errorRate: null },
    timeToRecoverSeconds: null,
    verifiedAfterSeconds: null,
    failures,
  };
}
