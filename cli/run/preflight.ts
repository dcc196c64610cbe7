import type { Scenario } from '../../scenario/types';
import { describeRun } from '../../scenario/override/store';
import { messageOf, Refusal } from '../../machine/errors';
import type { Output } from '../../machine/terminal';
import { duration } from '../../report/format';
import { anchorOf, type CheckId } from '../checks/book';
import { logsRemedy, lookAtInstances } from '../checks/platform';
import { countedBetween, type TrafficStats } from '../observation/answers';
import { lookAtIndexes, lookAtTelemetry } from '../observation/healthy';
import { until, type Look, type Patience } from '../observation/look';
import type { ShopObserver } from '../observation/shop-observer';
import { requireDesired, type Conductor } from '../target/conductor';
import type { Target } from '../target/target';

/** Services have just begun, or one is being restarted (ms). */
const READY_WITHIN_MS = 20_000;
/** The console restores the indexes of a run that expired (ms). */
const INDEXES_WITHIN_MS = 15_000;
/** Baseline has to be green for so long (ms) … */
const GREEN_MS = 10_000;
/** … within this time (ms). */
const GREEN_WITHIN_MS = 45_000;
/** Spans arrive some seconds after the requests (ms). */
const TELEMETRY_WITHIN_MS = 20_000;

export interface PreflightTools extends Omit<Patience, 'patienceMs'> {
  target: Pick<Target, 'consoleUrl' | 'kind' | 'instances' | 'dataDir' | 'namespace'>;
  observer: Pick<ShopObserver, 'traffic' | 'telemetry'>;
  conductor: Pick<Conductor, 'readState' | 'readIndexes'>;
  output: Output;
}

/**
 * Checks that the shop is healthy and seen, so that what a run shows is the run's doing.
 *
 * @returns the desired scenario
 * @throws Refusal with the first check's reason that does not hold; what `wait` throws
 */
export async function preflight(tools: PreflightTools): Promise<Scenario> {
  const { target, observer } = tools;
  tools.output.line('Pre-flight');
  await passing(tools, 'health', 'all services are ready', () =>
    required(
      tools,
      READY_WITHIN_MS,
      () => lookAtInstances(target),
      (problem) => `${problem.replaceAll('; ', '\n')}\n${logsRemedy({ target })}.`,
    ),
  );
  const desired = await passing(tools, 'nothing-broken', 'nothing is broken yet', () => nothingBroken(tools));
  await passing(tools, 'baseline', 'baseline is green', () => baselineGreen(tools));
  await passing(tools, 'telemetry-arrives', 'telemetry of both cohorts arrives', () =>
    required(
      tools,
      TELEMETRY_WITHIN_MS,
      () => lookAtTelemetry(observer),
      (problem) => `Telemetry does not arrive: ${problem}. See ${target.consoleUrl}/health.`,
    ),
  );
  return desired;
}

async function passing<T>(
  { output }: PreflightTools,
  id: CheckId,
  what: string,
  check: () => Promise<T>,
): Promise<T> {
  const started = performance.now();
  try {
    const result = await check();
    output.line(`  ✓ ${what} (${duration(performance.now() - started)})`);
    return result;
  } catch (error) {
    if (error instanceof Refusal) output.line(`  ✗ ${what} (${anchorOf(id)})`);
    throw error;
  }
}

/** @throws Refusal with what still does not hold after `patienceMs` */
async function required<T>(
  tools: Omit<Patience, 'patienceMs'>,
  patienceMs: number,
  condition: () => Promise<Look<T>>,
  refusal: (problem: string) => string,
): Promise<T> {
  const found = await until(condition, { ...tools, patienceMs });
  if (found.problem !== null) throw new Refusal(refusal(found.problem));
  return found.seen;
}

async function nothingBroken(tools: PreflightTools): Promise<Scenario> {
  const { conductor } = tools;
  const state = await conductor.readState();
  const { override } = state;
  if (override !== null) {
    throw new Refusal(
      `Another run is under way: ${describeRun(override)}. End it where it runs, or with POST /admin/stop-demo.`,
    );
  }
  const desired = requireDesired(state);
  if (desired.mode !== 'normal') {
    throw new Refusal(
      `The stack itself is in mode ${desired.mode} (run ${desired.runId}): set ecommerce-demo:demoMode to normal first ` +
        '(pulumi config set demoMode normal, or edit the stack file).',
    );
  }
  // After a run that expired the console is still building.
  await required(
    tools,
    INDEXES_WITHIN_MS,
    () => lookAtIndexes(desired, conductor),
    (problem) => `${problem}. npm run rollback puts the indexes right.`,
  );
  return desired;
}

/** Ten seconds in a row in which journeys ended and none failed, of either cohort. */
async function baselineGreen({
  observer,
  wait,
  output,
  now = () => performance.now(),
}: PreflightTools): Promise<void> {
  const deadline = now() + GREEN_WITHIN_MS;
  let problem = 'no traffic was seen';
  let first: { stats: TrafficStats; at: number } | null = null;
  while (now() < deadline) {
    try {
      const stats = await observer.traffic();
      first ??= { stats, at: now() };
      const baseline = countedBetween(first.stats, stats, 'baseline');
      const demo = countedBetween(first.stats, stats, 'demo');
      if (baseline.errors > 0 || demo.errors > 0 || baseline.requests < 0) {
        problem = `${baseline.errors} of ${baseline.requests} baseline journeys and ${demo.errors} of ${demo.requests} checkouts failed`;
        output.line(`    ${problem}: waiting for ten good seconds`);
        first = { stats, at: now() };
      } else if (now() - first.at >= GREEN_MS) {
        if (baseline.requests > 0) return;
        problem = 'no baseline journey ended in ten seconds';
        first = { stats, at: now() };
      }
    } catch (error) {
      problem = messageOf(error);
      first = null;
    }
    await wait(1000);
  }
  throw new Refusal(
    `Baseline was not green for ten seconds: ${problem}. The shop has to be healthy before it is broken: ` +
      'look at the console, and at the logs in the data folder.',
  );
}
