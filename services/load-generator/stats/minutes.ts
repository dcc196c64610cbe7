import type { EffectiveScenario } from '../../../scenario/types';
import { perGroup } from './tally-group';
import { Tally } from './tally';

/** Runs whose minutes are kept, the latest ones. */
const RUNS_KEPT = 3;
/** Minutes kept of a run, the latest ones: a record takes some 40 KB. */
const MINUTES_KEPT = 240;

/** What was seen of one demo minute [minute, minute + 1), by the scheduled start of the journeys. */
export class MinuteRecord {
  /** How long (real ms) the timeline has been in this minute while this process watched; pauses included. */
  observedMs = 0;
  readonly tallies = perGroup(() => new Tally());

  constructor(
    readonly minute: number,
    readonly phase: string,
  ) {}
}

/** What was seen of one run. */
export interface RunRecord {
  runId: string;
  mode: string;
  minuteSeconds: number;
  minutes: MinuteRecord[];
}

/** Per-minute records of the latest runs. */
export class RunRecords {
  private readonly runs = new Map<string, RunRecord>();

  /** The record of a minute, new when there is none. */
  minute(effective: EffectiveScenario, minute: number, phase: string): MinuteRecord {
    const run = this.run(effective);
    let record = run.minutes.find((candidate) => candidate.minute === minute);
    if (!record) {
      record = new MinuteRecord(minute, phase);
      run.minutes.push(record);
      run.minutes.sort((a, b) => a.minute - b.minute);
      if (run.minutes.length > MINUTES_KEPT) run.minutes.shift();
    }
    return record;
  }

  /**
   * Notes that the timeline was followed between two moments (Unix ms), so that rates are taken over the time that
   * was watched: a minute under way, one entered in its middle, and a paused one come out right.
   */
  observe(
    effective: EffectiveScenario,
    fromMs: number,
    toMs: number,
    phaseAt: (seconds: number) => string,
  ): void {
    const { scenario, startTimestamp, pausedAt } = effective;
    if (startTimestamp === null || toMs <= fromMs) return;
    const minuteMs = scenario.minuteSeconds * 1000;
    const startMs = startTimestamp * 1000;
    if (pausedAt !== null) {
      const minute = Math.floor((pausedAt * 1000 - startMs) / minuteMs);
      if (minute < 0 || minute >= scenario.durationMinutes) return;
      this.minute(effective, minute, phaseAt(pausedAt)).observedMs += toMs - fromMs;
      return;
    }
    const first = Math.max(0, Math.floor((fromMs - startMs) / minuteMs));
    const last = Math.min(scenario.durationMinutes, Math.ceil((toMs - startMs) / minuteMs));
    for (let minute = first; minute < last; minute++) {
      const begin = startMs + minute * minuteMs;
      const watched = Math.min(toMs, begin + minuteMs) - Math.max(fromMs, begin);
      if (watched <= 0) continue;
      const middle = (begin + minuteMs / 2) / 1000;
      this.minute(effective, minute, phaseAt(middle)).observedMs += watched;
    }
  }

  /** A run by its id, the latest one without; null when it isn't known (any more). */
  find(runId?: string): RunRecord | null {
    if (runId === undefined) return [...this.runs.values()].at(-1) ?? null;
    return this.runs.get(runId) ?? null;
  }

  /** Ids of the runs that are kept, the oldest first. */
  get runIds(): string[] {
    return [...this.runs.keys()];
  }

  private run({ scenario }: EffectiveScenario): RunRecord {
    let run = this.runs.get(scenario.runId);
    if (!run) {
      run = {
        runId: scenario.runId,
        mode: scenario.mode,
        minuteSeconds: scenario.minuteSeconds,
        minutes: [],
      };
      this.runs.set(scenario.runId, run);
      const oldest = this.runs.keys().next();
      if (this.runs.size > RUNS_KEPT && oldest.done !== true) this.runs.delete(oldest.value);
    }
    return run;
  }
}
