import type { EffectiveScenario, Scenario } from '../../../scenario/types';
import { RunMinutes, type RunEntry } from '../../lib/run-minutes';
import { perGroup } from './tally-group';
import { Tally } from './tally';

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
export type RunRecord = RunEntry<Pick<Scenario, 'mode' | 'minuteSeconds'>, MinuteRecord>;

/** Per-minute records of the latest runs. */
export class RunRecords {
  private readonly runs = new RunMinutes<RunRecord['whole'], MinuteRecord>();

  /** The record of a minute, new when there is none; null for one older than those kept. */
  minute({ scenario }: EffectiveScenario, minute: number, phase: string): MinuteRecord | null {
    const { runId, mode, minuteSeconds } = scenario;
    const run = this.runs.open(runId, () => ({ mode, minuteSeconds }));
    return this.runs.minute(run, minute, () => new MinuteRecord(minute, phase));
  }

  /** Notes that a minute was watched for so long (ms). */
  private watch(effective: EffectiveScenario, minute: number, phase: string, ms: number): void {
    const record = this.minute(effective, minute, phase);
    if (record !== null) record.observedMs += ms;
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
      this.watch(effective, minute, phaseAt(pausedAt), toMs - fromMs);
      return;
    }
    const first = Math.max(0, Math.floor((fromMs - startMs) / minuteMs));
    const last = Math.min(scenario.durationMinutes, Math.ceil((toMs - startMs) / minuteMs));
    for (let minute = first; minute < last; minute++) {
      const begin = startMs + minute * minuteMs;
      const watched = Math.min(toMs, begin + minuteMs) - Math.max(fromMs, begin);
      if (watched <= 0) continue;
      this.watch(effective, minute, phaseAt((begin + minuteMs / 2) / 1000), watched);
    }
  }

  /** A run by its id, the latest one without; null when it isn't known (any more). */
  find(runId?: string): RunRecord | null {
    return runId === undefined ? (this.runs.newestFirst()[0] ?? null) : this.runs.get(runId);
  }

  /** Ids of the runs that are kept, the oldest first. */
  get runIds(): string[] {
    return this.runs
      .newestFirst()
      .map(({ runId }) => runId)
      .reverse();
  }
}
