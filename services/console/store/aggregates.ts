import { FLOW_ROUTE } from '../../../scenario/flow-alert';
import { FLOW_ATTRIBUTES, type FlowAttribute } from '../../../scenario/types';
import type { SpanRecord } from '../otlp/records';
import type { Queue } from '../../../scenario/causes/cause';
import { causeFigures, causeKey, type CauseFigures, type CauseKey } from './cause-figures';
import { SEEN_COHORTS, type Facts, type SeenCohort } from './facts';
import { RunMinutes, type RunEntry } from '../../lib/run-minutes';
import { RING_SECONDS } from './second-slots';
import { SecondRing, SecondSums, statsOf, Totals, type Stats } from './series';

/** Different (service, route, traffic) the store keeps; a shop has about fifty. */
const MAX_SERIES = 200;
const MAX_TOTALS_PER_RUN = 4000;

export const LOAD_GENERATOR = 'load-generator';
export const FRONTEND = 'frontend';
/** The routes by which the cohorts are measured, at the frontend. */
const COHORT_ROUTES: readonly string[] = ['POST /api/browse', FLOW_ROUTE];

export interface SeriesKey {
  service: string;
  /** `GET /products`, or `journey` for the load generator. */
  route: string;
  traffic: SeenCohort;
}

interface Series {
  key: SeriesKey;
  ring: SecondRing;
}

/** Whether a series is one by which the cohorts are measured. */
export function isCohortRoute({ service, route }: SeriesKey): boolean {
  return service === FRONTEND && COHORT_ROUTES.includes(route);
}

/** How often each attribute of the flow alert was seen on demo spans. */
export type FlowInputs = Record<FlowAttribute, number>;

class MinuteTotals {
  /** By series id. */
  readonly totals = new Map<string, Totals>();
  lostRevenueUsd = 0;
  readonly flow = Object.fromEntries(FLOW_ATTRIBUTES.map((name) => [name, 0])) as FlowInputs;
  readonly causes = new Map<CauseKey, Totals>();
  /** One of so many traces counted in it, at the least; 1: all. */
  keptOneIn = 1;
  /** Start of the first and end of the last demo request seen at the frontend (Unix ms). */
  firstMs = Number.POSITIVE_INFINITY;
  lastMs = 0;
}

interface RunTotals {
  /** Arrival of its first and of its latest span (Unix ms). */
  firstSeenMs: number;
  lastSeenMs: number;
  totalsCount: number;
  lostRevenueUsd: number;
}

type Run = RunEntry<RunTotals, MinuteTotals>;

/** One group of statistics by series. */
export interface SeriesTotals {
  key: SeriesKey;
  totals: Totals;
}

export interface RunMinute extends Omit<MinuteTotals, 'totals'> {
  minute: number;
  series: SeriesTotals[];
}

/** Checkouts of some time, by how they ended; `earnedUsd` is the goods' value of the placed ones. */
export type Business = Record<'placed' | 'declined' | 'refused' | 'failed' | 'earnedUsd', number>;

/** The newest demo minute seen in telemetry. */
export interface NewestMinute {
  runId: string;
  minute: number;
  /** Its arrival (Unix ms). */
  seenMs: number;
}

/**
 * Requests, errors and latency from SERVER spans (and the load generator's root journeys): each of the last seconds,
 * and each demo minute of the newest runs. Memory is bounded by the number of series; what does not fit is counted.
 */
export class Aggregates {
  private readonly series = new Map<string, Series>();
  private readonly runs = new RunMinutes<RunTotals, MinuteTotals>((run, { totals }) => {
    run.totalsCount -= totals.size;
  });
  private lostRevenueUsd = 0;
  private readonly lostBySecond = new SecondSums();
  private readonly causeRings = new Map<CauseKey, SecondRing>();
  private readonly business: Record<keyof Business, SecondSums> = {
    placed: new SecondSums(),
    declined: new SecondSums(),
    refused: new SecondSums(),
    failed: new SecondSums(),
    earnedUsd: new SecondSums(),
  };
  /** Demo minute that the load generator last gave a journey. */
  newestMinute: NewestMinute | null = null;
  private newestStartMs = 0;
  droppedRecords = 0;

  /**
   * @param nowMs arrival (Unix ms)
   * @param weight for how many spans this one stands, see `TraceSampling`
   */
  add(span: SpanRecord, facts: Facts, nowMs: number, weight = 1): void {
    const minute = this.minuteOf(facts, nowMs);
    if (minute?.totals) {
      minute.totals.keptOneIn = Math.max(minute.totals.keptOneIn, weight);
      if (facts.traffic === 'demo') for (const name of facts.flow) minute.totals.flow[name] += weight;
    }
    const endMs = span.startMs + span.durationMs;
    // A clock ahead of ours must not hide what comes after it.
    const second = Math.floor(Math.min(endMs, nowMs) / 1000);
    this.addCause(span, facts, second, minute?.totals ?? null, nowMs, weight);
    const route = measuredRoute(span, facts);
    if (route === null) return;
    if (route === 'journey') this.noteMinute(span, facts, nowMs);
    const id = `${facts.traffic}|${span.service}|${route}`;
    const series = this.seriesOf(id, { service: span.service, route, traffic: facts.traffic });
    if (series === null) {
      this.droppedRecords += 1;
      return;
    }
    if (second > nowMs / 1000 - RING_SECONDS)
      series.ring.record(second, span.durationMs, facts.error, weight);
    const atFrontend = span.service === FRONTEND && span.kind === 'SERVER';
    const lostUsd = atFrontend && facts.flow.includes('checkout.failed') ? facts.orderTotal * weight : 0;
    this.lostRevenueUsd += lostUsd;
    if (lostUsd > 0) this.lostBySecond.add(second, lostUsd);
    if (atFrontend && route === FLOW_ROUTE) this.addCheckout(second, facts, weight);
    if (minute === null) return;
    minute.run.whole.lostRevenueUsd += lostUsd;
    if (minute.totals === null) return;
    minute.totals.lostRevenueUsd += lostUsd;
    if (atFrontend) {
      minute.totals.firstMs = Math.min(minute.totals.firstMs, span.startMs);
      minute.totals.lastMs = Math.max(minute.totals.lastMs, endMs);
    }
    let totals = minute.totals.totals.get(id);
    if (totals === undefined) {
      if (minute.run.whole.totalsCount >= MAX_TOTALS_PER_RUN) {
        this.droppedRecords += 1;
        return;
      }
      minute.run.whole.totalsCount += 1;
      totals = new Totals();
      minute.totals.totals.set(id, totals);
    }
    totals.record(span.durationMs, facts.error, weight);
  }

  private addCheckout(second: number, facts: Facts, weight: number): void {
    const end = facts.checkout ?? (isRefusal(facts) ? 'refused' : 'failed');
    // The retry of an order that was placed is none.
    if (end === 'repeated') return;
    this.business[end].add(second, weight);
    if (end === 'placed') this.business.earnedUsd.add(second, facts.orderTotal * weight);
  }

  /** A statement or a wait that tells of an outage, wherever in a trace it is. */
  private addCause(
    span: SpanRecord,
    facts: Facts,
    second: number,
    minute: MinuteTotals | null,
    nowMs: number,
    weight: number,
  ): void {
    const key = causeKey(facts);
    if (key === null) return;
    if (second > nowMs / 1000 - RING_SECONDS) {
      const ring = this.causeRings.get(key) ?? new SecondRing();
      this.causeRings.set(key, ring);
      ring.record(second, span.durationMs, facts.error, weight);
    }
    if (minute === null) return;
    const totals = minute.causes.get(key) ?? new Totals();
    minute.causes.set(key, totals);
    totals.record(span.durationMs, facts.error, weight);
  }

  private noteMinute(span: SpanRecord, facts: Facts, nowMs: number): void {
    if (facts.traffic !== 'demo' || facts.runId === null || facts.minute === null) return;
    const newest = this.newestMinute;
    // The latest to *start* counts: a failed journey ends long after younger ones.
    // A clock ahead of ours must not hide what comes after it.
    const startMs = Math.min(span.startMs, nowMs);
    if (newest !== null && newest.runId === facts.runId && startMs < this.newestStartMs) return;
    this.newestStartMs = startMs;
    this.newestMinute = { runId: facts.runId, minute: facts.minute, seenMs: nowMs };
  }

  /** `totals` is null for a minute older than those kept: it counts for its run only. */
  private minuteOf(facts: Facts, nowMs: number): { run: Run; totals: MinuteTotals | null } | null {
    if (facts.runId === null || facts.minute === null) return null;
    const run = this.runs.open(facts.runId, () => ({
      firstSeenMs: nowMs,
      lastSeenMs: nowMs,
      totalsCount: 0,
      lostRevenueUsd: 0,
    }));
    run.whole.lastSeenMs = nowMs;
    return { run, totals: this.runs.minute(run, facts.minute, () => new MinuteTotals()) };
  }

  private seriesOf(id: string, key: SeriesKey): Series | null {
    let series = this.series.get(id);
    if (series === undefined) {
      if (this.series.size >= MAX_SERIES) return null;
      series = { key, ring: new SecondRing() };
      this.series.set(id, series);
    }
    return series;
  }

  /** This run is in force: it stays, whatever other runs telemetry tells of. */
  holdRun(runId: string): void {
    this.runs.hold(runId);
  }

  /** The runs, newest first. */
  runIds(): string[] {
    return this.runs.newestFirst().map(({ runId }) => runId);
  }

  /** When a run's first and latest span arrived (Unix ms); null for an unknown run. */
  runSeen(runId: string): RunTotals | null {
    return this.runs.get(runId)?.whole ?? null;
  }

  /** The Unix seconds [from, to) by series. */
  window(from: number, to: number): SeriesTotals[] {
    return [...this.series.values()].map(({ key, ring }) => {
      const totals = new Totals();
      ring.sum(from, to, totals);
      return { key, totals };
    });
  }

  /** The Unix seconds [from, to) of one series alone, e.g. a cohort's at the frontend. */
  windowOf(from: number, to: number, include: (key: SeriesKey) => boolean): Totals {
    const totals = new Totals();
    for (const { key, ring } of this.series.values()) if (include(key)) ring.sum(from, to, totals);
    return totals;
  }

  /** What was done with a queue's connections, and the wait for one, in the Unix seconds [from, to). */
  causeWindow(queue: Queue, from: number, to: number): CauseFigures {
    return causeFigures((key) => {
      const totals = new Totals();
      this.causeRings.get(key)?.sum(from, to, totals);
      return totals;
    }, queue);
  }

  /** USD lost by failed checkouts that ended in the Unix seconds [from, to). */
  lostBetween(from: number, to: number): number {
    return this.lostBySecond.sum(from, to);
  }

  /** How checkouts ended in the Unix seconds [from, to). */
  businessBetween(from: number, to: number): Business {
    const sums = Object.entries(this.business).map(([name, each]) => [name, each.sum(from, to)]);
    return Object.fromEntries(sums) as Business;
  }

  /** A run's demo minutes in order; empty for an unknown run. */
  minutes(runId: string): RunMinute[] {
    return this.runs.minutesOf(runId).map(([minute, { totals, ...rest }]) => ({
      minute,
      ...rest,
      series: [...totals.entries()].flatMap(([id, each]) => {
        const series = this.series.get(id);
        return series === undefined ? [] : [{ key: series.key, totals: each }];
      }),
    }));
  }

  /** USD lost by failed checkouts since the console started. */
  totalLostRevenueUsd(): number {
    return this.lostRevenueUsd;
  }

  /** For /health. */
  sizes(): Record<string, number> {
    return { series: this.series.size, runs: this.runs.size, droppedRecords: this.droppedRecords };
  }
}

/** What was asked for can't be had, or is not understood: an answer. */
function isRefusal({ statusCode, error }: Facts): boolean {
  return !error && statusCode !== null && statusCode >= 400;
}

/** Under which route a span is measured; null when it is no request, message or journey. */
function measuredRoute(span: SpanRecord, facts: Facts): string | null {
  if (span.kind === 'SERVER') {
    if (facts.method === null) return span.name;
    return `${facts.method} ${facts.route ?? '(unmatched)'}`;
  }
  if (span.kind === 'CONSUMER') return span.name;
  return span.service === LOAD_GENERATOR && span.parentSpanId === null ? 'journey' : null;
}

/** Statistics of the series that `include` lets through, together. */
export function sumOf(series: readonly SeriesTotals[], include: (key: SeriesKey) => boolean): Totals {
  const sum = new Totals();
  for (const { key, totals } of series) if (totals.requests > 0 && include(key)) sum.add(totals);
  return sum;
}

/** Statistics of each cohort that occurs, and of all. */
export function byTraffic(
  series: readonly SeriesTotals[],
  seconds: number | null,
  include: (key: SeriesKey) => boolean,
): Partial<Record<SeenCohort | 'all', Stats>> {
  const stats: Partial<Record<SeenCohort | 'all', Stats>> = {
    all: statsOf(sumOf(series, include), seconds),
  };
  for (const traffic of SEEN_COHORTS) {
    const totals = sumOf(series, (key) => key.traffic === traffic && include(key));
    if (totals.requests > 0) stats[traffic] = statsOf(totals, seconds);
  }
  return stats;
}
