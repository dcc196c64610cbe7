import { loadavg } from 'node:os';
import { effectiveScenario, type ScenarioState } from '../../scenario/state';
import type { EffectiveScenario } from '../../scenario/types';
import { LONGEST_WAIT_SECONDS, SleepWatch, sleptEvent, type Gap } from '../../report/slept';
import { Interrupted, messageOf } from '../../machine/errors';
import type { Interruption } from '../../machine/interruption';
import type { Output } from '../../machine/terminal';
import { clockOf } from '../../scenario/override/clock';
import type { RunTelemetry } from '../observation/answers';
import type { ShopObserver } from '../observation/shop-observer';
import { MinuteProgress, type MinuteStyle } from './minute-progress';
import { startOf, type RunPlan } from './run-plan';
import type { RunRecord } from './run-record';

const POLL_MS = 1000;
/** Length of the sliding windows, and how late spans may reach the console (s). */
const WINDOW_SECONDS = 60 + 2;
/** The console is asked when a minute is printed; where minutes take longer, or are held, after so many seconds. */
const ASK_AFTER_SECONDS = 70;
/** So many looks in a row without the run, and it was ended by somebody else. */
const GONE_AFTER_LOOKS = 2;

export interface MonitorTools {
  observer: Pick<ShopObserver, 'run' | 'runTelemetry' | 'traffic'>;
  /** Reads both scenario rows: pauses and jumps come from there, whoever made them. */
  state: () => Promise<ScenarioState>;
  interruption: Pick<Interruption, 'wait'>;
  output: Output;
  style?: MinuteStyle;
  /** Called at each look, e.g. to hold the clock at the peak. True ends the run as it was meant to end. */
  each?: (minute: number, now: number) => Promise<boolean>;
  /** Unix seconds. */
  now?: () => number;
  /** Seconds on a clock that nobody sets, and that stands still while the machine sleeps. */
  lived?: () => number;
}

/** How a run came to its end. */
export type RunEnd = 'over' | 'healed-by-request' | 'ended-elsewhere';

/**
 * Watches a run to the end of its last minute, one line per demo minute. A minute is printed when all its requests have
 * ended, some seconds after it: a checkout that fails takes as long as it was ready to wait. Services that don't
 * answer in between are reported, and watched further.
 *
 * @param record is filled as the run goes on, so that it is there after an interruption
 * @param progress tells the minutes
 * @throws Interrupted
 */
export async function monitor(
  plan: RunPlan,
  record: RunRecord,
  tools: MonitorTools,
  progress: MinuteProgress = new MinuteProgress(plan, record, tools.output, tools.style),
): Promise<RunEnd> {
  const { interruption, observer, output } = tools;
  const now = tools.now ?? (() => Date.now() / 1000);
  const trouble = new Trouble(output, (text) => {
    record.events.push({ minute: Math.max(0, Math.floor(progress.minute(now()))), text });
  });
  const presence = new Presence(plan);
  let askedAt = now();
  const sleep = new SleepWatch({ wall: now, lived: tools.lived ?? (() => performance.now() / 1000) });
  const note = (gap: Gap | null): void => {
    if (gap === null) return;
    const event = sleptEvent(gap, (at) => progress.minute(at));
    record.events.push(event);
    output.line(`  (${event.text})`);
  };
  for (;;) {
    record.machineLoad = Math.max(record.machineLoad, loadavg()[0] ?? 0);
    await trouble.around('PostgreSQL', async () => {
      const state = await tools.state();
      const effective = presence.look(state);
      const clock = effective === null ? null : clockOf(effective);
      if (effective === null || clock === null) return;
      progress.follow(clock, now());
      progress.expect(effective.scenario, now());
    });
    await trouble.around('load-generator', async () => {
      const run = await observer.run(plan.scenario.runId);
      if (run !== null) record.seen.add(run);
    });
    const due = progress.due(now());
    if (due || now() - askedAt >= ASK_AFTER_SECONDS) {
      askedAt = now();
      const telemetry = await trouble.around('console', () => lookAtTelemetry(plan, record, observer));
      progress.flowAlert = telemetry?.flowAlert ?? progress.flowAlert;
      // Only windows that lie within the run: what was before is not its doing.
      if (telemetry != null && now() >= startOf(plan, plan.fromMinute) + WINDOW_SECONDS) {
        await trouble.around('load-generator (counts)', async () => {
          record.addWindows(telemetry.catalog, (await observer.traffic()).baseline);
        });
      }
    }
    if (due) progress.tell(now());
    if (presence.gone) return 'ended-elsewhere';
    if (progress.done) return 'over';
    if (tools.each !== undefined && (await tools.each(progress.minute(now()), now())))
      return 'healed-by-request';
    note(sleep.look());
    await interruption.wait(POLL_MS);
    // Mostly it is waited: there a short sleep, or one that counts as lived through, shows.
    note(sleep.look(LONGEST_WAIT_SECONDS));
  }
}

/** The error of a run that somebody else ended before its time. */
export function endedElsewhere(): Interrupted {
  return new Interrupted('the run was ended elsewhere (abort, the console, or stop-demo)');
}

/**
 * Asks the console once for all that it knows of a run: what was lost goes into the record.
 *
 * @returns null where the console has not seen the run
 * @throws when it does not answer
 */
export async function lookAtTelemetry(
  { scenario }: Pick<RunPlan, 'scenario'>,
  { lost }: Pick<RunRecord, 'lost'>,
  observer: Pick<ShopObserver, 'runTelemetry'>,
): Promise<RunTelemetry | null> {
  const found = await observer.runTelemetry(scenario.runId);
  if (found !== null) lost.add(found.lostRevenue);
  return found;
}

/** Notices that the run is no longer what counts. */
export class Presence {
  private absent = 0;
  private overridden = false;

  constructor(private readonly plan: Pick<RunPlan, 'scenario'>) {}

  get gone(): boolean {
    return this.absent >= GONE_AFTER_LOOKS;
  }

  /** The run as the rows say; null when they are about something else. */
  look(state: ScenarioState): EffectiveScenario | null {
    const effective = effectiveScenario(state);
    const present =
      effective !== null &&
      clockOf(effective) !== null &&
      effective.scenario.runId === this.plan.scenario.runId;
    // A run of the configuration that somebody had paused, and whose pause is gone: it was healed, not resumed.
    const fellBack = this.overridden && effective?.source === 'desired';
    if (effective?.source === 'override' && present) this.overridden = true;
    this.absent = present && !fellBack ? 0 : this.absent + 1;
    return present && !fellBack ? effective : null;
  }
}

/** Says when something begins to fail and when it works again, not each time. */
class Trouble {
  private readonly failing = new Set<string>();

  constructor(
    private readonly output: Output,
    private readonly note: (text: string) => void,
  ) {}

  /** @returns what `work` does; undefined when it failed. @throws Interrupted */
  async around<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await work();
      if (this.failing.delete(what)) {
        this.output.line(`  (${what}: answers again)`);
        this.note(`${what} answers again`);
      }
      return result;
    } catch (error) {
      if (error instanceof Interrupted) throw error;
      if (!this.failing.has(what)) {
        this.output.line(`  (${what}: ${messageOf(error)}; still watching)`);
        this.note(`${what} did not answer (${messageOf(error)})`);
      }
      this.failing.add(what);
      return undefined;
    }
  }
}
