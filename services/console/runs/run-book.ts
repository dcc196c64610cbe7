import { restoredText, type RunEvent as ReportEvent } from '../../../report/report';
import { sleptEvent, type Gap } from '../../../report/slept';
import { positionAt } from '../../../scenario/timeline';
import type { EffectiveScenario, Scenario } from '../../../scenario/types';

/** Runs kept, newest last. */
const MAX_RUNS = 3;
const MAX_EVENTS = 60;

export type RunEventKind = 'began' | 'ablation' | 'paused' | 'resumed' | 'jumped' | 'slept' | 'ended';

/** Something done to a run, where its clock stood then. */
export interface RunEvent {
  /** ISO time. */
  at: string;
  /** Demo minute (fractional); null before minute 0. */
  minute: number | null;
  kind: RunEventKind;
  text: string;
  /** Of a jump: where the clock stood before it. */
  fromMinute?: number | null;
  /** Of a sleep: the minutes it took. */
  slept?: NonNullable<ReportEvent['slept']>;
}

/** What is known of a run besides its telemetry. */
export interface KnownRun {
  runId: string;
  /** As it was last in force. */
  effective: EffectiveScenario;
  /** As it was before anything was taken out of its cause. */
  original: Scenario;
  events: RunEvent[];
  /** Unix seconds of minute 0 as the run began: a pause moves the clock's later. */
  startTimestamp: number | null;
  /** Unix ms; null while it is in force. */
  endedMs: number | null;
  /** Where the clock stood at the end. */
  endMinute: number | null;
  /** When it was first seen (Unix ms). */
  seenMs: number;
}

/** The last runs, with what was done to each: for the marks on the curve, and the report after the heal. */
export class RunBook {
  private readonly runs: KnownRun[] = [];
  private inForce: KnownRun | null = null;

  /** @param onBegin called with the start (Unix ms) of each new run */
  constructor(
    private readonly onBegin: (beganMs: number) => void = () => undefined,
    private readonly now: () => number = Date.now,
  ) {}

  /** The subscription's listener. */
  follow(effective: EffectiveScenario): void {
    const nowMs = this.now();
    const { scenario } = effective;
    const before = this.inForce;
    if (before !== null && before.runId !== scenario.runId) this.end(before, nowMs);
    if (scenario.mode === 'normal') return;
    if (this.inForce === null) this.begin(effective, nowMs);
    else this.change(this.inForce, effective, nowMs);
  }

  /** Notes that this machine slept. */
  slept(gap: Gap): void {
    const run = this.inForce;
    if (run === null) return;
    const { text, slept } = sleptEvent(gap, (at) => minuteAt(run.effective, at * 1000) ?? 0);
    this.note(run, 'slept', text, gap.from * 1000, { slept });
  }

  private begin(effective: EffectiveScenario, nowMs: number): void {
    const { scenario } = effective;
    const again = this.runs.find(({ runId }) => runId === scenario.runId);
    if (again !== undefined) {
      // A heal that ended before the configured outage did: the same run goes on.
      again.effective = effective;
      again.endedMs = null;
      again.endMinute = null;
      this.inForce = again;
      this.note(again, 'resumed', 'the run is in force again', nowMs);
      return;
    }
    const run: KnownRun = {
      runId: scenario.runId,
      effective,
      original: scenario,
      events: [],
      startTimestamp: effective.startTimestamp,
      endedMs: null,
      endMinute: null,
      seenMs: nowMs,
    };
    this.runs.push(run);
    if (this.runs.length > MAX_RUNS) this.runs.shift();
    this.inForce = run;
    this.note(
      run,
      'began',
      `${scenario.title}${scenario.ablation === null ? '' : `, its ${scenario.ablation} restored`}`,
      nowMs,
    );
    this.onBegin(Math.min(nowMs, (effective.startTimestamp ?? nowMs / 1000) * 1000));
  }

  private change(run: KnownRun, after: EffectiveScenario, nowMs: number): void {
    const before = run.effective;
    run.effective = after;
    if (run.original.ablation !== null && after.scenario.ablation === null) run.original = after.scenario;
    if (before.scenario.ablation !== after.scenario.ablation) {
      this.note(run, 'ablation', restoredText(after.scenario.ablation), nowMs);
    }
    if (before.pausedAt === null && after.pausedAt !== null) this.note(run, 'paused', 'clock held', nowMs);
    if (before.pausedAt !== null && after.pausedAt === null) {
      this.note(run, 'resumed', 'clock runs again', nowMs);
    }
    const fromMinute = minuteAt(before, nowMs);
    const moved = (minuteAt(after, nowMs) ?? 0) - (fromMinute ?? 0);
    // Half a minute's difference at the same moment is a jump, no rounding.
    if (before.pausedAt === after.pausedAt && Math.abs(moved) > 0.5) {
      const to = String(Math.round(minuteAt(after, nowMs) ?? 0));
      this.note(run, 'jumped', `clock set to minute ${to}`, nowMs, { fromMinute });
    }
  }

  private end(run: KnownRun, nowMs: number): void {
    run.endedMs = nowMs;
    run.endMinute = minuteAt(run.effective, nowMs);
    this.note(run, 'ended', 'run ended: healed', nowMs);
    this.inForce = null;
  }

  private note(
    run: KnownRun,
    kind: RunEventKind,
    text: string,
    nowMs: number,
    more: Pick<RunEvent, 'fromMinute' | 'slept'> = {},
  ): void {
    run.events.push({
      at: new Date(nowMs).toISOString(),
      minute: minuteAt(run.effective, nowMs),
      kind,
      text,
      ...more,
    });
    if (run.events.length > MAX_EVENTS) run.events.splice(1, 1);
  }

  /** A run by id. */
  get(runId: string): KnownRun | null {
    return this.runs.find((run) => run.runId === runId) ?? null;
  }

  /** The run in force, or else the last one; null before the first. */
  latest(): KnownRun | null {
    return this.inForce ?? this.runs.at(-1) ?? null;
  }
}

/** Where a run's clock stands (fractional demo minute); null before minute 0. */
export function minuteAt(effective: EffectiveScenario, nowMs: number): number | null {
  return positionAt(effective, nowMs / 1000).minute;
}
