import { positionAt, ratesAt } from '../../scenario/timeline';
import type { EffectiveScenario, TimelinePosition, TrafficType } from '../../scenario/types';
import type { Cohort } from '../lib/cohort';
import { ArrivalSequence, type Arrival, type Share } from './arrival';
import type { Clock } from './clock';
import {
  BASELINE_WEIGHTS,
  CHECKOUT_ONLY,
  dealProducts,
  journeyOf,
  planJourney,
  type JourneyPlan,
} from './journeys';
import { LANES, LaneCounts, laneOf, type Lane } from './lane';
import { RunRecords, type MinuteRecord } from './minutes';
import type { Outcome } from './outcome';
import { journeyRpmAt, journeysBefore, scheduleOf } from './rates';
import { StreamScheduler } from './scheduler';
import type { Tally } from './tally';

/** Journeys of one stream under way at once; more are dropped and counted, so that a dead shop can't eat the memory. */
export const MAX_IN_FLIGHT = 4_000;

/** Plays a journey; null when it was broken off because the process stops. Never rejects. */
export type PlayJourney = (
  plan: JourneyPlan,
  cohort: Cohort,
  lagMs: number,
  patienceMs: number,
) => Promise<Outcome | null>;

/** What the generator reports besides counting. */
export interface GeneratorLog {
  /** The first of a streak of journeys that the generator itself or the network is to blame for. */
  refused: (cohort: Cohort, plan: JourneyPlan, outcome: Outcome) => void;
  /** A timetable was taken up anew. */
  gap: (stream: TrafficType, gapMs: number) => void;
}

export interface GeneratorOptions {
  clock: Clock;
  share: Share;
  /** Tells this process's journeys from any other's: part of every idempotency key. */
  source: string;
  play: PlayJourney;
  log: GeneratorLog;
  maxInFlight?: number;
}

/** One arrival on its way: what it plays, and everywhere it is counted. */
interface Job {
  arrival: Arrival;
  plan: JourneyPlan;
  cohort: Cohort;
  lane: Lane;
  patienceMs: number;
  minute: MinuteRecord | null;
}

const STREAMS = ['baseline', 'demo'] as const;

/**
 * Two independent streams of journeys, baseline and demo, that follow a scenario. A change of scenario reaches the
 * running streams; counts are kept over it.
 */
export class LoadGenerator {
  readonly runs = new RunRecords();
  readonly lanes: Record<Lane, LaneCounts>;
  readonly startedAt: number;
  private effective: EffectiveScenario | null = null;
  private observedUntil = 0;
  private deals: { catalogRows: number; ids: number[] } = { catalogRows: 0, ids: [] };
  private readonly schedulers = new Map<TrafficType, StreamScheduler<Job>>();
  private readonly inStreak: Record<Lane, boolean> = { baseline: false, demo: false, demoBrowse: false };

  constructor(private readonly options: GeneratorOptions) {
    this.startedAt = options.clock.now();
    this.lanes = Object.fromEntries(LANES.map((lane) => [lane, new LaneCounts(this.startedAt)])) as Record<
      Lane,
      LaneCounts
    >;
  }

  get share(): Share {
    return this.options.share;
  }

  /** Unix milliseconds by the generator's clock. */
  now(): number {
    return this.options.clock.now();
  }

  /** The scenario it follows; null before there is one, and then there is no traffic. */
  current(): EffectiveScenario | null {
    return this.effective;
  }

  /** Where the timeline stands. */
  position(): TimelinePosition | null {
    return this.effective && positionAt(this.effective, this.now() / 1000);
  }

  /** Checkouts a minute (demo) or journeys a minute (baseline) that the scenario wants now, over all replicas. */
  targetRpm(stream: TrafficType): number {
    if (!this.effective) return 0;
    const rates = ratesAt(this.effective, this.now() / 1000);
    return stream === 'baseline' ? rates.baselineRpm : rates.demoRpm;
  }

  /** All journeys a minute that a stream starts now, over all replicas. */
  journeyRpm(stream: TrafficType): number {
    return this.effective ? journeyRpmAt(this.effective, stream, this.now() / 1000) : 0;
  }

  /** Journeys under way. */
  inFlight(stream: TrafficType): number {
    return this.schedulers.get(stream)?.inFlight ?? 0;
  }

  /** Follows a scenario from now on. */
  follow(effective: EffectiveScenario): void {
    this.observe();
    const now = this.now();
    if (!this.effective) this.observedUntil = now;
    this.effective = effective;
    const { catalogRows } = effective.scenario;
    if (this.deals.catalogRows !== catalogRows) this.deals = { catalogRows, ids: dealProducts(catalogRows) };
    for (const stream of STREAMS) {
      const schedule = scheduleOf(effective, stream);
      const running = this.schedulers.get(stream);
      if (running) {
        running.change(schedule);
        continue;
      }
      const before = journeysBefore(effective, stream, now);
      const scheduler = this.schedulerOf(stream, new ArrivalSequence(schedule, now, this.share, before));
      this.schedulers.set(stream, scheduler);
      scheduler.start();
    }
  }

  /** Starts nothing more. */
  stop(): void {
    for (const scheduler of this.schedulers.values()) scheduler.stop();
  }

  /** Brings the watched time of the minutes up to now; to be called before they are read. */
  observe(): void {
    const effective = this.effective;
    if (!effective) return;
    const now = this.now();
    this.runs.observe(effective, this.observedUntil, now, (seconds) => positionAt(effective, seconds).phase);
    this.observedUntil = now;
  }

  private schedulerOf(stream: TrafficType, sequence: ArrivalSequence): StreamScheduler<Job> {
    return new StreamScheduler(
      this.options.clock,
      sequence,
      {
        onScheduled: (arrival) => this.schedule(stream, arrival),
        onStart: (job, lagMs) => this.play(job, lagMs),
        onDropped: (job, reason) => {
          this.count(job, (tally) => {
            tally.countDropped(reason);
          });
        },
        onGap: (gapMs) => {
          this.options.log.gap(stream, gapMs);
        },
      },
      this.options.maxInFlight ?? MAX_IN_FLIGHT,
    );
  }

  private schedule(stream: TrafficType, arrival: Arrival): Job {
    const effective = this.effective;
    if (!effective) throw new Error('an arrival without a scenario');
    const { scenario } = effective;
    const seconds = arrival.time / 1000;
    const position = positionAt(effective, seconds);
    const minute =
      position.state === 'running' && position.minute !== null ? Math.floor(position.minute) : null;
    const weights =
      stream === 'baseline'
        ? BASELINE_WEIGHTS
        : (ratesAt(effective, seconds).journeyWeights ?? CHECKOUT_ONLY);
    const journey = journeyOf(arrival.index, weights);
    const job: Job = {
      arrival,
      plan: planJourney(stream, arrival.index, journey, this.deals.ids, this.options.source),
      cohort: { trafficType: stream, runId: scenario.runId, minute, phase: position.phase },
      lane: laneOf(stream, journey),
      patienceMs:
        stream === 'baseline' ? scenario.timeouts.baselineRequestMs : scenario.timeouts.demoRequestMs,
      minute: minute === null ? null : this.runs.minute(effective, minute, position.phase),
    };
    this.count(job, (tally) => {
      tally.countScheduled();
    });
    return job;
  }

  private async play(job: Job, lagMs: number): Promise<void> {
    this.count(job, (tally) => {
      tally.countStarted(lagMs);
    });
    const outcome = await this.options.play(job.plan, job.cohort, lagMs, job.patienceMs);
    if (outcome === null) return;
    const latencyMs = this.now() - job.arrival.time;
    this.count(job, (tally) => {
      tally.countEnded(outcome, latencyMs);
    });
    this.noteStreak(job, outcome);
  }

  /** Counts an event in all places: since the start, in the second in which it happens, in the job's demo minute. */
  private count(job: Job, event: (tally: Tally) => void): void {
    const { total, window } = this.lanes[job.lane];
    event(total);
    event(window.at(this.now()));
    if (job.minute) event(job.minute.lanes[job.lane]);
  }

  private noteStreak({ lane, cohort, plan }: Job, outcome: Outcome): void {
    const refused =
      outcome.result === 'error' && (outcome.kind === 'client_error' || outcome.kind === 'transport');
    if (refused && !this.inStreak[lane]) this.options.log.refused(cohort, plan, outcome);
    this.inStreak[lane] = refused;
  }
}
