import { evaluateFlowAlert, flowAlertRuleText } from '../../scenario/flow-alert';
import type { MinuteExpectation, Scenario } from '../../scenario/types';
import { totalLostRevenueUsd } from '../../report/lost-revenue';
import { totalOf } from '../../report/limits';
import { flowAlertText, flowMinuteOf, minuteLines } from '../../report/minute-line';
import type { ObservedMinute } from '../../report/observation';
import type { FlowAlertState } from '../observation/answers';
import type { Output } from '../../machine/terminal';
import { reportMinute, restoredText } from '../../report/report';
import { clockChange, minuteAt, startOfMinute, type RunClock } from '../../scenario/override/clock';
import type { RunPlan } from './run-plan';
import type { RunRecord } from './run-record';

/** Added to the longest wait of a request: its answer has to be counted, too (s). */
const SETTLE_SECONDS = 1;
/** How long after a minute's last request its spans have reached the console: exporters send once a second (s). */
const SPANS_SECONDS = 2;

/** A minute that the clock has left and that is not told yet. */
interface LeftMinute {
  minute: number;
  /** Unix seconds. */
  leftAt: number;
  /** Whether the clock ran through all of it: one that was entered or left by a jump is not graded. */
  whole: boolean;
  /** Since when no request of it is under way (Unix seconds); null before. */
  settledAt: number | null;
}

/** What is printed of the minutes, and how. */
export interface MinuteStyle {
  /** Targets, predictions and phases are not told: somebody is to find out. */
  blind: boolean;
  /** Where the vendor shows incidents; without it nobody is sent there. */
  incidents?: string | null;
}

/** Follows the run's clock and tells its minutes, in the order in which they pass. */
export class MinuteProgress {
  private readonly left: LeftMinute[] = [];
  private current: { minute: number; whole: boolean } | null = null;
  private clock: RunClock;
  private lookedAt: number | null = null;
  private jumped = false;
  private alerted = false;
  private ended = false;
  private expected: Pick<Scenario, 'ablation' | 'expectations'>;
  /** The console's word on the flow alert; null: this command's own observation counts. */
  flowAlert: FlowAlertState | null = null;

  constructor(
    private readonly plan: RunPlan,
    private readonly record: RunRecord,
    private readonly output: Output,
    private readonly style: MinuteStyle = { blind: false },
  ) {
    this.expected = plan.scenario;
    this.clock = {
      startTimestamp: plan.override.startTimestamp,
      pausedAt: plan.override.pausedAt,
      minuteSeconds: plan.scenario.minuteSeconds,
    };
  }

  /** Whether the run's last minute is over and everything is printed. */
  get done(): boolean {
    return this.ended && this.left.length === 0;
  }

  /** The demo minute (fractional) at a moment (Unix seconds). */
  minute(now: number): number {
    return minuteAt(this.clock, now);
  }

  /** Takes in what the clock is now (Unix seconds). Returns what happened to it. */
  follow(clock: RunClock, now: number): void {
    const change = clockChange(this.clock, clock, this.lookedAt ?? now, now);
    const at = this.minute(now);
    if (change === 'moved') this.jump(now);
    this.clock = clock;
    if (change === 'none') return;
    const text = {
      paused: `paused at minute ${this.minute(now).toFixed(1)}: the minute is held, traffic goes on`,
      resumed: `goes on at minute ${this.minute(now).toFixed(1)}`,
      moved: `goes to minute ${this.minute(now).toFixed(1)}, from ${at.toFixed(1)}`,
    }[change];
    this.record.events.push({ minute: Math.max(0, Math.floor(this.minute(now))), text });
    this.output.line(`  The run ${text}.`);
  }

  /**
   * Takes in the run's scenario as it is now (Unix seconds): minutes after a cause was taken out are not held against
   * the curve.
   */
  expect(scenario: Pick<Scenario, 'ablation' | 'expectations'>, now: number): void {
    if (scenario.ablation === this.expected.ablation) return;
    this.expected = scenario;
    const minute = Math.max(0, this.minute(now));
    const text = restoredText(scenario.ablation);
    this.record.events.push({ minute: Math.floor(minute), text, mark: { minute, label: text } });
    if (!this.style.blind) this.output.line(`  In minute ${Math.floor(minute)}: ${text}.`);
  }

  /** Tells every minute that is complete now (Unix seconds). */
  tell(now: number): void {
    this.visit(now);
    while (this.due(now)) {
      const next = this.left.shift();
      if (next !== undefined) this.tellMinute(next);
    }
  }

  /**
   * Tells what is left, the minute under way included: the run has come to its end.
   *
   * @param now Unix seconds of that end
   * @param held whether the minute under way was held: else it was cut, and is not graded
   */
  finish(now: number, held: boolean): void {
    this.visit(now);
    const { current } = this;
    if (current !== null)
      this.left.push({ ...current, whole: held && current.whole, leftAt: now, settledAt: null });
    this.current = null;
    for (const minute of this.left.splice(0)) this.tellMinute(minute);
    this.ended = true;
  }

  /** Whether the next minute is complete now (Unix seconds): its requests have ended, and their spans have come. */
  due(now: number): boolean {
    this.visit(now);
    const next = this.left[0];
    if (next === undefined) return false;
    const endedFor = now - next.leftAt;
    const patience = this.plan.scenario.timeouts.demoRequestMs / 1000 + SETTLE_SECONDS + SPANS_SECONDS;
    if (endedFor >= patience) return true;
    // One poll after the minute's end at least: its last requests may not have started at the one before.
    if (endedFor < SETTLE_SECONDS || this.record.seen.get(next.minute)?.inFlight !== 0) return false;
    next.settledAt ??= now;
    return now - next.settledAt >= SPANS_SECONDS;
  }

  /** Notes the minutes that the clock has left since the last look. */
  private visit(now: number): void {
    this.lookedAt = now;
    if (this.ended) return;
    const minute = Math.floor(this.minute(now));
    if (this.current === null) {
      if (minute < (this.jumped ? 0 : this.plan.fromMinute)) return;
      // At the beginning every minute since the first counts; after a jump just where it led.
      this.current = { minute: this.jumped ? minute : this.plan.fromMinute, whole: !this.jumped };
    }
    while (this.current.minute < minute && this.current.minute <= this.plan.toMinute) {
      const leftAt = startOfMinute(this.clock, this.current.minute + 1);
      this.left.push({ ...this.current, leftAt, settledAt: null });
      this.current = { minute: this.current.minute + 1, whole: true };
    }
    if (this.current.minute > this.plan.toMinute) {
      this.current = null;
      this.ended = true;
    }
  }

  private jump(now: number): void {
    this.visit(now);
    if (this.current !== null) {
      this.left.push({ minute: this.current.minute, leftAt: now, whole: false, settledAt: null });
    }
    this.current = null;
    this.jumped = true;
  }

  private tellMinute({ minute: number, whole }: LeftMinute): void {
    const expected = this.expected.expectations.find(({ minute }) => minute === number);
    if (expected === undefined) throw new Error(`the scenario expects nothing of minute ${number}`);
    const durationMinutes = this.plan.scenario.shownMinutes;
    const { lost, minutes } = this.record;
    const observed = this.record.seen.get(number);
    const minute = reportMinute(
      whole ? expected : { ...expected, graded: false },
      observed ?? unseen(expected),
      lost.get(number),
    );
    // After a jump back a minute comes twice; the later look has seen both.
    const known = minutes.findIndex((other) => other.minute === number);
    if (known === -1) minutes.push(minute);
    else minutes.splice(known, 1, minute);
    if (observed === undefined) {
      this.output.line(`--- Minute ${number}/${durationMinutes} ---`);
      this.output.line('  not seen: the load generator does not answer, or it was restarted');
      return;
    }
    const fires = this.firesFlowAlert();
    const lines = minuteLines(
      minute,
      durationMinutes,
      totalOf(minutes.map(({ demo }) => demo)),
      totalLostRevenueUsd(lost.updated(minutes)),
      {
        flowAlert: flowAlertText(fires, this.record.flowAlertMinute),
        blind: this.style.blind,
      },
    );
    for (const line of lines) this.output.line(line);
    if (this.alerted || !fires || this.style.blind) return;
    this.alerted = true;
    this.output.line(
      `  The flow alert should trigger now: ${flowAlertRuleText(this.plan.scenario.flowAlert)}`,
    );
    if (this.style.incidents != null) this.output.line(`  Its incident: ${this.style.incidents}`);
  }

  /** Whether the alert fires now, by the console or, without its word, by the minutes seen here; notes since when. */
  private firesFlowAlert(): boolean {
    const { record, plan, flowAlert } = this;
    if (flowAlert !== null) {
      if (flowAlert.state === 'firing') record.flowAlertMinute ??= flowAlert.firstMinute;
      return flowAlert.state === 'firing';
    }
    const own = evaluateFlowAlert(record.minutes.map(flowMinuteOf), plan.scenario.flowAlert);
    record.flowAlertMinute ??= own.incidents[0]?.fromMinute ?? null;
    return own.state === 'firing';
  }
}

/** A minute of which nothing is known: it stays in the report, and a graded one fails. */
function unseen({ minute, phase }: MinuteExpectation): ObservedMinute {
  const nothing = { rpm: 0, scheduled: 0, completed: 0, errors: 0, errorRate: 0, p50Ms: null, p95Ms: null };
  return { minute, phase, demo: nothing, baseline: nothing, inFlight: 0 };
}
