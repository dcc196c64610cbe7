import { SERVICE_NAMES } from '../../services/catalog';
import type { Scenario } from '../../scenario/types';
import { anchorOf, type CheckId } from '../checks/book';
import { describeRun } from '../../scenario/override/store';
import { wrongIndexes, type Conductor } from '../target/conductor';
import { messageOf, Refusal } from '../../machine/errors';
import type { Interruption } from '../../machine/interruption';
import type { ShopObserver, TrafficStats } from '../target/observation';
import { duration } from '../../report/format';
import { type Output } from '../../machine/terminal';
import type { Target } from '../target/target';

/** Services have just begun, or one is being restarted (ms). */
const READY_WITHIN_MS = 20_000;
/** The console mends the indexes of a run that expired (ms). */
const INDEXES_WITHIN_MS = 15_000;
/** Baseline has to be green for so long (ms) … */
const GREEN_MS = 10_000;
/** … within this time (ms). */
const GREEN_WITHIN_MS = 45_000;
/** Spans arrive some seconds after the requests (ms). */
const TELEMETRY_WITHIN_MS = 20_000;

export interface PreflightTools {
  target: Pick<Target, 'consoleUrl' | 'kind'>;
  observer: ShopObserver;
  conductor: Conductor;
  interruption: Interruption;
  output: Output;
}

/**
 * Checks that the shop is healthy and seen, so that what a run shows is the run's doing.
 *
 * @returns the desired scenario
 * @throws Refusal with the first check's reason that does not hold; Interrupted
 */
export async function preflight(tools: PreflightTools): Promise<Scenario> {
  tools.output.line('Pre-flight');
  await passing(tools, 'health', 'all services are ready', () => servicesReady(tools));
  const desired = await passing(tools, 'nothing-broken', 'nothing is broken yet', () => nothingBroken(tools));
  await passing(tools, 'baseline', 'baseline is green', () => baselineGreen(tools));
  await passing(tools, 'telemetry-arrives', 'telemetry of both cohorts arrives', () =>
    telemetryArrives(tools),
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

async function servicesReady({ observer, interruption }: PreflightTools): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  for (;;) {
    const states = await Promise.all(
      SERVICE_NAMES.map(async (name) => {
        const reason = await observer.unready(name).catch((error: unknown) => messageOf(error));
        return reason === null ? [] : [`${name} is not ready (${reason})`];
      }),
    );
    const unready = states.flat();
    if (unready.length === 0) return;
    if (performance.now() > deadline) {
      throw new Refusal(`${unready.join('\n')}\nLook at the log of each, in the data folder's logs/.`);
    }
    await interruption.wait(500);
  }
}

async function nothingBroken({ conductor, interruption }: PreflightTools): Promise<Scenario> {
  const { desired, override } = await conductor.readState();
  if (override !== null) {
    throw new Refusal(
      `Another run is under way: ${describeRun(override)}. End it where it runs, or with POST /admin/stop-demo.`,
    );
  }
  if (desired === null) throw new Refusal('The database has no scenario yet: restart npm start.');
  if (desired.mode !== 'normal') {
    throw new Refusal(
      `The stack itself is in mode ${desired.mode} (run ${desired.runId}): set ecommerce-demo:demoMode to normal first ` +
        '(pulumi config set demoMode normal, or edit the stack file).',
    );
  }
  // After a run that expired the console is still building.
  const deadline = performance.now() + INDEXES_WITHIN_MS;
  for (;;) {
    const wrong = wrongIndexes(desired, await conductor.readIndexes());
    if (wrong.length === 0) return desired;
    if (performance.now() > deadline) {
      throw new Refusal(`${wrong.join('; ')}. Restart npm start: it puts the indexes right.`);
    }
    await interruption.wait(500);
  }
}

/** Counts between two looks. */
function between(before: TrafficStats, after: TrafficStats, cohort: keyof TrafficStats) {
  return {
    requests: after[cohort].requests - before[cohort].requests,
    errors: after[cohort].errors - before[cohort].errors,
  };
}

/** Ten seconds in a row in which journeys ended and none failed, of either cohort. */
async function baselineGreen({ observer, interruption, output }: PreflightTools): Promise<void> {
  const deadline = performance.now() + GREEN_WITHIN_MS;
  let problem = 'no traffic was seen';
  let first: { stats: TrafficStats; at: number } | null = null;
  while (performance.now() < deadline) {
    try {
      const stats = await observer.traffic();
      const now = performance.now();
      if (first === null) {
        first = { stats, at: now };
      } else {
        const baseline = between(first.stats, stats, 'baseline');
        const demo = between(first.stats, stats, 'demo');
        if (baseline.errors > 0 || demo.errors > 0 || baseline.requests < 0) {
          problem = `${baseline.errors} of ${baseline.requests} baseline journeys and ${demo.errors} of ${demo.requests} checkouts failed`;
          output.line(`    ${problem}: waiting for ten good seconds`);
          first = { stats, at: now };
        } else if (now - first.at >= GREEN_MS) {
          if (baseline.requests > 0) return;
          problem = 'no baseline journey ended in ten seconds';
          first = { stats, at: now };
        }
      }
    } catch (error) {
      problem = messageOf(error);
      first = null;
    }
    await interruption.wait(1000);
  }
  throw new Refusal(
    `Baseline was not green for ten seconds: ${problem}. The shop has to be healthy before it is broken: ` +
      'look at the console, and at the logs in the data folder.',
  );
}

async function telemetryArrives({ observer, interruption, target }: PreflightTools): Promise<void> {
  const deadline = performance.now() + TELEMETRY_WITHIN_MS;
  for (;;) {
    let problem: string;
    try {
      const { arriving, baselineRequests, demoRequests } = await observer.telemetry();
      if (arriving && baselineRequests > 0 && demoRequests > 0) return;
      problem = arriving
        ? `the console has ${baselineRequests} baseline and ${demoRequests} demo requests of the last minute`
        : 'the console receives no spans';
    } catch (error) {
      problem = messageOf(error);
    }
    if (performance.now() > deadline) {
      throw new Refusal(`Telemetry does not arrive: ${problem}. See ${target.consoleUrl}/health.`);
    }
    await interruption.wait(500);
  }
}
