import { declinedShareOf } from '../../scenario/causes/bad-release/document';
import { isDeclined } from '../../scenario/causes/bad-release/law';
import { customerOf } from '../../scenario/causes/cache-stampede/document';
import { shareAt } from '../../scenario/causes/hot-row/document';
import { JumpWatch, type Jump } from '../../scenario/override/clock';
import { REST_OF_CHECKOUT_MS } from '../../scenario/presets/preset';
import { positionAt, ratesAt, runningMinute } from '../../scenario/timeline';
import type { EffectiveScenario, TimelinePosition, TrafficType } from '../../scenario/types';
import type { Cohort } from '../lib/cohort';
import { TEST_CARDS } from '../lib/test-cards';
import { ArrivalSequence, type Arrival } from './schedule/arrival';
import type { Clock } from './schedule/clock';
import {
  BASELINE_WEIGHTS,
  CHECKOUT_ONLY,
  dealProducts,
  journeyOf,
  planJourney,
  saleItems,
  userOf,
  type JourneyPlan,
} from './journeys/journeys';
import { GroupCounts, groupOf, perGroup, type TallyGroup } from './stats/tally-group';
import { RunRecords, type MinuteRecord } from './stats/minutes';
import type { Outcome } from './journeys/outcome';
import type { Division, Member } from './replicas/group';
import type { Membership } from './replicas/membership';
import { journeyRpmAt, journeysBefore, journeysInRun, scheduleOf } from './schedule/rates';
import { CohortScheduler, GAP_AFTER_MS, type Turn } from './schedule/scheduler';
import type { Tally } from './stats/tally';

/** Journeys of a cohort under way at once; more are dropped and counted, so that a dead shop can't eat the memory. */
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
  gap: (cohort: TrafficType, gapMs: number) => void;
  /** Orders of minutes that a jump of the run's clock skipped were placed after it. */
  skipped: (orders: number) => void;
  /** Another replica is dead: nobody played, or will play, so many of its arrivals. */
  missed: (member: Member, arrivals: number) => void;
}

export interface GeneratorOptions {
  clock: Clock;
  /** With whom it shares the load; without it, all of it is its own. */
  group?: Pick<Membership, 'id' | 'divisions' | 'isSettled' | 'view'>;
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
  baggage: Cohort;
  group: TallyGroup;
  patienceMs: number;
  minute: MinuteRecord | null;
}

/** The number of a run's order, from 1: counted from minute 0, as the prediction does. */
function numberInRun(effective: EffectiveScenario, time: number): number {
  // The load goes on from before the run, so that the first order may come with any fraction of one.
  return Math.max(1, Math.ceil(journeysInRun(effective, 'demo', time) - 1e-6));
}

/** How many orders a run has had at a demo minute; 0 before it. */
function ordersUntil(effective: EffectiveScenario, minute: number): number {
  const { startTimestamp, scenario } = effective;
  if (startTimestamp === null || minute <= 0) return 0;
  const time = startTimestamp + minute * scenario.minuteSeconds;
  return Math.floor(journeysInRun({ ...effective, pausedAt: null }, 'demo', time * 1000));
}

/** Which card pays, where the scenario says how many are declined. */
function cardOf(effective: EffectiveScenario, cohort: TrafficType, time: number): { card?: string } {
  const share = declinedShareOf(effective.scenario);
  if (cohort !== 'demo' || share === null) return {};
  return {
    card: isDeclined(numberInRun(effective, time), share) ? TEST_CARDS.declined : TEST_CARDS.approved,
  };
}

const COHORTS = ['baseline', 'demo'] as const;

/** Where the divisions of a load begin, in numbers of its timetable. */
interface Borders {
  effective: EffectiveScenario;
  divisions: readonly Division[];
  numbers: readonly number[];
}

/**
 * The journeys of both cohorts, baseline and demo, independent of each other, as a scenario wants them. A change of
 * scenario reaches what runs; counts are kept over it.
 */
export class LoadGenerator {
  readonly runs = new RunRecords();
  readonly counts: Record<TallyGroup, GroupCounts>;
  readonly startedAt: number;
  private effective: EffectiveScenario | null = null;
  private observedUntil = 0;
  private deals: { catalogRows: number; ids: number[] } = { catalogRows: 0, ids: [] };
  private readonly schedulers = new Map<TrafficType, CohortScheduler<Job>>();
  private readonly inStreak = perGroup(() => false);
  private readonly jumps = new JumpWatch();
  /** Scenarios that were followed so far: a number of the timetable may come again in another one. */
  private changes = 0;
  private readonly borders = new Map<TrafficType, Borders>();

  constructor(private readonly options: GeneratorOptions) {
    this.startedAt = options.clock.now();
    this.counts = perGroup(() => new GroupCounts(this.startedAt));
  }

  /** This replica's part of the load: its number among how many. */
  get share(): ReturnType<Membership['view']> | { index: number; count: number } {
    return this.options.group?.view() ?? { index: 0, count: 1 };
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
  targetRpm(cohort: TrafficType): number {
    if (!this.effective) return 0;
    const rates = ratesAt(this.effective, this.now() / 1000);
    return cohort === 'baseline' ? rates.baselineRpm : rates.demoRpm;
  }

  /** All journeys a minute that a cohort starts now, over all replicas. */
  journeyRpm(cohort: TrafficType): number {
    return this.effective ? journeyRpmAt(this.effective, cohort, this.now() / 1000) : 0;
  }

  /** Journeys under way. */
  inFlight(cohort: TrafficType): number {
    return this.schedulers.get(cohort)?.inFlight ?? 0;
  }

  /** Follows a scenario from now on. */
  follow(effective: EffectiveScenario): void {
    this.observe();
    const now = this.now();
    if (!this.effective) this.observedUntil = now;
    this.effective = effective;
    const { catalogRows } = effective.scenario;
    if (this.deals.catalogRows !== catalogRows) this.deals = { catalogRows, ids: dealProducts(catalogRows) };
    this.changes += 1;
    for (const cohort of COHORTS) {
      const schedule = scheduleOf(effective, cohort);
      const running = this.schedulers.get(cohort);
      if (running) {
        running.change(schedule);
        continue;
      }
      const before = journeysBefore(effective, cohort, now);
      const scheduler = this.schedulerOf(cohort, new ArrivalSequence(schedule, now, before));
      this.schedulers.set(cohort, scheduler);
      scheduler.wake();
    }
    const jump = this.jumps.look(effective, now / 1000);
    if (jump !== null) this.placeSkipped(jump, effective, now);
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

  /** Something new is known of who plays what. */
  heard(): void {
    for (const scheduler of this.schedulers.values()) scheduler.wake();
  }

  /**
   * Counts what other replicas left unplayed when they died, as scheduled and dropped: from when each was heard of last
   * until a moment (Unix ms) at which its part is divided anew. What it still played after it was heard of last counts
   * twice then. Of who was away for longer than a minute nothing counts, as of a process that stood still so long.
   */
  missed(members: readonly Member[], until: number): void {
    const { effective } = this;
    if (!effective) return;
    for (const member of members) {
      if (until - member.heardAt > GAP_AFTER_MS) continue;
      const arrivals = COHORTS.map((cohort) => this.countMissed(effective, cohort, member, until));
      this.options.log.missed(
        member,
        arrivals.reduce((sum, count) => sum + count),
      );
    }
  }

  private countMissed(
    effective: EffectiveScenario,
    cohort: TrafficType,
    { id, heardAt }: Member,
    until: number,
  ): number {
    const before = journeysBefore(effective, cohort, heardAt);
    const sequence = new ArrivalSequence(scheduleOf(effective, cohort), heardAt, before);
    let count = 0;
    for (let next = sequence.take(); next && next.time <= until; next = sequence.take()) {
      if (this.ownerOf(effective, cohort, next) !== id) continue;
      const job = this.schedule(cohort, next);
      this.count(job, (tally) => {
        tally.countDropped('missed');
      });
      count += 1;
    }
    return count;
  }

  private turnOf(cohort: TrafficType, arrival: Arrival): Turn {
    const { group } = this.options;
    if (!group || !this.effective) return 'mine';
    if (!group.isSettled(arrival.time)) return 'unsettled';
    return this.ownerOf(this.effective, cohort, arrival) === group.id ? 'mine' : 'other';
  }

  /** The id of the replica whose arrival it is; null while nobody shares the load yet. */
  private ownerOf(effective: EffectiveScenario, cohort: TrafficType, { index }: Arrival): string | null {
    const { divisions, numbers } = this.bordersOf(effective, cohort);
    const division = divisions[numbers.findLastIndex((number) => index + 1 >= number)];
    return division?.members[index % division.members.length] ?? null;
  }

  /**
   * The divisions, and the number of the timetable at which each begins. That is the same for all replicas; the times of
   * the arrivals, which everybody integrates from another moment, differ in the last digits.
   */
  private bordersOf(effective: EffectiveScenario, cohort: TrafficType): Borders {
    const divisions = this.options.group?.divisions ?? [];
    const known = this.borders.get(cohort);
    if (known?.effective === effective && known.divisions === divisions) return known;
    const numbers = divisions.map(({ from }) => journeysBefore(effective, cohort, from));
    const borders = { effective, divisions, numbers };
    this.borders.set(cohort, borders);
    return borders;
  }

  private schedulerOf(cohort: TrafficType, sequence: ArrivalSequence): CohortScheduler<Job> {
    return new CohortScheduler(
      this.options.clock,
      sequence,
      {
        turnOf: (arrival) => this.turnOf(cohort, arrival),
        numberAt: this.options.group
          ? (time) => (this.effective ? journeysBefore(this.effective, cohort, time) : 0)
          : null,
        onScheduled: (arrival) => this.schedule(cohort, arrival),
        onStart: (job, lagMs) => this.play(job, lagMs),
        onDropped: (job, reason) =>
          this.count(job, (tally) => {
            tally.countDropped(reason);
          }),
        onGap: (gapMs) => this.options.log.gap(cohort, gapMs),
      },
      this.options.maxInFlight ?? MAX_IN_FLIGHT,
    );
  }

  /**
   * Of the orders that a jump ahead skips those whose card is declined are placed at once: what they leave behind is a
   * leak's memory, and without it the minute jumped to would not be what it is in a whole run. No more than there are
   * connections.
   */
  private placeSkipped({ from, to }: Jump, effective: EffectiveScenario, now: number): void {
    const share = declinedShareOf(effective.scenario);
    if (share === null || share === 0) return;
    const declinedUntil = (minute: number): number =>
      Math.floor(ordersUntil(effective, minute) * share + 1e-9);
    const declined = Math.min(declinedUntil(to) - declinedUntil(from), effective.scenario.orders.pool.max);
    if (declined <= 0) return;
    const { index, count } = this.share;
    if (index === null) return;
    const source = `${this.options.source}-skipped-${Math.round(now)}`;
    for (let each = index; each < declined; each += count) {
      const job = this.jobOf('demo', { time: now, index: each }, source);
      void this.play({ ...job, plan: { ...job.plan, card: TEST_CARDS.declined } }, 0);
    }
    this.options.log.skipped(declined);
  }

  private schedule(cohort: TrafficType, arrival: Arrival): Job {
    return this.jobOf(cohort, arrival, `${this.options.source}.${this.changes}`);
  }

  /** What an arrival plays, counted as scheduled. @param source part of its idempotency key */
  private jobOf(cohort: TrafficType, arrival: Arrival, source: string): Job {
    const effective = this.effective;
    if (!effective) throw new Error('an arrival without a scenario');
    const { scenario } = effective;
    const seconds = arrival.time / 1000;
    const position = positionAt(effective, seconds);
    const minute = runningMinute(position);
    const weights =
      cohort === 'baseline'
        ? BASELINE_WEIGHTS
        : (ratesAt(effective, seconds).journeyWeights ?? CHECKOUT_ONLY);
    const journey = journeyOf(arrival.index, weights);
    const plan = {
      ...planJourney(cohort, arrival.index, journey, this.deals.ids, scenario.orderValueUsd, source),
      ...(minute === null ? {} : cardOf(effective, cohort, arrival.time)),
    };
    const { steps, deals: products } = scenario.sale;
    const share =
      cohort === 'demo' && position.state === 'running' ? shareAt(steps, position.minute ?? 0) : 0;
    plan.items = saleItems(arrival.index, { share, products }, this.deals.ids) ?? plan.items;
    const { cache, timeouts } = scenario;
    const isOfRun = cohort === 'demo' && position.state === 'running' && cache.customers > 0;
    const guest = isOfRun ? customerOf(cache, numberInRun(effective, arrival.time)) : null;
    if (guest !== null) plan.userId = userOf(guest.customer);
    const patienceMs = guest?.isImpatient
      ? cache.impatient.patienceMs + REST_OF_CHECKOUT_MS
      : timeouts.demoRequestMs;
    const job: Job = {
      arrival,
      plan,
      baggage: { trafficType: cohort, runId: scenario.runId, minute, phase: position.phase },
      group: groupOf(cohort, journey),
      patienceMs: cohort === 'baseline' ? timeouts.baselineRequestMs : patienceMs,
      minute: minute === null ? null : this.runs.minute(effective, minute, position.phase),
    };
    this.count(job, (tally) => tally.countScheduled());
    return job;
  }

  private async play(job: Job, lagMs: number): Promise<void> {
    this.count(job, (tally) => tally.countStarted(lagMs));
    const outcome = await this.options.play(job.plan, job.baggage, lagMs, job.patienceMs);
    if (outcome === null) return;
    const latencyMs = this.now() - job.arrival.time;
    this.count(job, (tally) => tally.countEnded(outcome, latencyMs));
    this.noteStreak(job, outcome);
  }

  /** Counts an event in all places: since the start, in the second in which it happens, in the job's demo minute. */
  private count(job: Job, event: (tally: Tally) => void): void {
    const { total, window } = this.counts[job.group];
    event(total);
    event(window.at(this.now()));
    if (job.minute) event(job.minute.tallies[job.group]);
  }

  private noteStreak({ group, baggage, plan }: Job, outcome: Outcome): void {
    const refused =
      outcome.result === 'error' && (outcome.kind === 'client_error' || outcome.kind === 'transport');
    if (refused && !this.inStreak[group]) this.options.log.refused(baggage, plan, outcome);
    this.inStreak[group] = refused;
  }
}
