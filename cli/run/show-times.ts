import { EXIT, Refusal } from '../../machine/errors';
import type { Interruption } from '../../machine/interruption';
import type { Output } from '../../machine/terminal';
import type { Outage } from '../outage/outage';
import type { DemoOptions } from './arguments';
import type { Exercise } from './blind';
import { startForPeak } from './peak-at';
import { LEAD_SECONDS, startOf, type RunPlan } from './run-plan';
import { announce, TALK_HOLD_SECONDS, TALK_NORMAL_SECONDS } from './talk';

/** What the checks take before a run (s): services, ten green seconds, telemetry. */
const CHECKS_SECONDS = 30;
/** What an update takes that has nothing to change, with room (s). */
const UP_TO_DATE_SECONDS = 30;
/** What an update of the stack takes, with room (s). */
const UPDATE_SECONDS = 45;
/** What heal, verification and report take at the end (s). */
const HEAL_SECONDS = 300;

export interface ShowTimesTools {
  options: Pick<DemoOptions, 'peakAt' | 'talk'>;
  exercise: Exercise | null;
  /** How the outage is made: an update of a stack takes its time. */
  how: Outage['how'];
  interruption: Pick<Interruption, 'wait'>;
  output: Output;
  /** Unix milliseconds. */
  now: () => number;
}

/** When the parts of a show are: what comes before the first minute, and when all of it is over. */
export class ShowTimes {
  constructor(private readonly tools: ShowTimesTools) {}

  /** Unix seconds of minute 0 for the peak that was asked for; null without one. @throws Refusal when it is too near */
  startForPeak({ peakMinute, fromMinute, scenario }: RunPlan): number | null {
    const { options, now } = this.tools;
    const { peakAt } = options;
    if (peakAt === null) return null;
    const run = { peakMinute, fromMinute, minuteSeconds: scenario.minuteSeconds };
    const found = startForPeak(peakAt, new Date(now()), run, this.secondsBefore());
    if ('tooNear' in found) throw new Refusal(`--peak-at: ${found.tooNear}`, EXIT.usage);
    return found.startTimestamp;
  }

  /** Unix seconds at which a run is over at the latest, as far as can be said before it. */
  endOf(plan: RunPlan, startTimestamp: number | null): number {
    const hold = this.tools.options.talk ? TALK_HOLD_SECONDS + TALK_NORMAL_SECONDS : 0;
    return startOf(plan, plan.toMinute + 1, startTimestamp ?? undefined) + hold + HEAL_SECONDS;
  }

  /** Waits until it is time for the checks. @throws Interrupted */
  async waitForPeak(plan: RunPlan, startTimestamp: number): Promise<void> {
    const { interruption, output, now } = this.tools;
    const begins = startOf(plan, plan.fromMinute, startTimestamp);
    const wait = begins - this.secondsBefore() - now() / 1000;
    output.line(
      `The peak (minute ${plan.peakMinute}) is to be at ${localTime(startOf(plan, plan.peakMinute, startTimestamp))}: ` +
        `the first minute begins at ${localTime(begins)}` +
        (wait > 1 ? `, the checks in ${Math.round(wait)} s. Ctrl-C gives it up.` : '.'),
    );
    if (wait > 0) await interruption.wait(wait * 1000);
  }

  /**
   * Normal traffic before the outage: a talk's first act, a blind run's delay, the time until a given start.
   *
   * @param title of what is normal
   * @param start Unix seconds of minute 0, where it was given
   * @throws Interrupted
   */
  async calm(title: string, plan: RunPlan, start: number | null): Promise<void> {
    const { interruption, output, exercise, options, now } = this.tools;
    if (exercise !== null) {
      output.line('The exercise has begun. Something may happen at any time.');
      await interruption.wait(exercise.delaySeconds * 1000);
    }
    if (options.talk) {
      announce(
        `Before it: ${title}`,
        `${TALK_NORMAL_SECONDS} s of healthy traffic. Show the shop, both cohorts, a trace.`,
        output,
      );
    }
    if (start !== null) {
      const wait = startOf(plan, plan.fromMinute, start) - this.leadSeconds() - now() / 1000;
      if (wait > 0) await interruption.wait(wait * 1000);
    } else if (options.talk) {
      await interruption.wait(TALK_NORMAL_SECONDS * 1000);
    }
  }

  /** What comes before the first minute (s): checks, a talk's normal traffic, making the outage. */
  private secondsBefore(): number {
    const { how, options } = this.tools;
    const checks = CHECKS_SECONDS + (how === 'override' ? 0 : UP_TO_DATE_SECONDS);
    return this.leadSeconds() + checks + (options.talk ? TALK_NORMAL_SECONDS : 0);
  }

  /** Real seconds between the beginning of making the outage and its first minute. */
  private leadSeconds(): number {
    return this.tools.how === 'override' ? LEAD_SECONDS : UPDATE_SECONDS;
  }
}

function localTime(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString('sv-SE');
}
