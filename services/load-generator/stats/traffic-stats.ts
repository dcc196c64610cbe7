import { percent } from '../../../report/format';
import { runningMinute } from '../../../scenario/timeline';
import type { TrafficType } from '../../../scenario/types';
import type { LoadGenerator } from '../generator';
import type { TallyGroup } from './tally-group';
import type { MinuteRecord, RunRecord } from './minutes';
import { Tally } from './tally';

/** Seconds of the short window. */
const SHORT_WINDOW_SECONDS = 10;
const LONG_WINDOW_SECONDS = 60;

const oneDecimal = (value: number): number => Math.round(value * 10) / 10;
const fourDecimals = (value: number): number => Math.round(value * 10_000) / 10_000;

/** What `GET /admin/traffic-stats` tells of one window of a group. */
function windowOf(generator: LoadGenerator, group: TallyGroup, span: number) {
  const { tally, seconds } = generator.counts[group].window.last(span, generator.now());
  return {
    rpm: oneDecimal((tally.started * 60) / seconds),
    requests: tally.ended,
    errors: tally.errors,
    error_rate: percent(tally.errorRate),
    p50_ms: tally.latency.percentile(50),
    p95_ms: tally.latency.percentile(95),
  };
}

/** What became of the starts that were scheduled. */
function startsOf(tally: Tally) {
  return {
    scheduled: tally.scheduled,
    started: tally.started,
    late: tally.late,
    dropped: tally.droppedTotal,
    // Of which a replica that died left so many: services/load-generator/replicas.
    missed: tally.dropped.missed,
    start_lag_p99_ms: tally.startLag.percentile(99),
  };
}

/** What was seen in the last 60 s, then the counts since the process started, which say that they are totals. */
function groupOf(generator: LoadGenerator, group: TallyGroup) {
  const { total } = generator.counts[group];
  const minute = windowOf(generator, group, LONG_WINDOW_SECONDS);
  return {
    ...minute,
    window_seconds: LONG_WINDOW_SECONDS,
    total: {
      requests: total.ended,
      errors: total.errors,
      error_rate: percent(total.errorRate),
      ...startsOf(total),
      declined: total.declined,
      error_kinds: { ...total.errorKinds },
    },
    last_10s: windowOf(generator, group, SHORT_WINDOW_SECONDS),
  };
}

/** The answer of `GET /admin/traffic-stats`: the seeds' shape, with more fields. */
export function trafficStats(generator: LoadGenerator) {
  const position = generator.position();
  const { rpm, ...demo } = groupOf(generator, 'demo');
  const { rpm: browseRpm, requests, errors, error_rate, total } = groupOf(generator, 'demoBrowse');
  return {
    run_id: generator.current()?.scenario.runId ?? null,
    phase: position?.phase ?? null,
    share: generator.share,
    baseline: {
      ...groupOf(generator, 'baseline'),
      target_rpm: oneDecimal(generator.targetRpm('baseline')),
      in_flight: generator.inFlight('baseline'),
    },
    demo: {
      current_rpm: rpm,
      demo_minute: runningMinute(position),
      ...demo,
      target_rpm: oneDecimal(generator.targetRpm('demo')),
      in_flight: generator.inFlight('demo'),
      browse: {
        rpm: browseRpm,
        requests,
        errors,
        error_rate,
        total: { requests: total.requests, errors: total.errors, error_rate: total.error_rate },
      },
    },
  };
}

/** The short form of /health. */
export function loadHealth(generator: LoadGenerator): Record<string, unknown> {
  const of = (cohort: TrafficType) => {
    const { total } = generator.counts[cohort];
    return {
      target_rpm: oneDecimal(generator.targetRpm(cohort)),
      journeys_rpm: oneDecimal(generator.journeyRpm(cohort)),
      in_flight: generator.inFlight(cohort),
      ...startsOf(total),
      errors: total.errors,
    };
  };
  return { share: generator.share, cohorts: { baseline: of('baseline'), demo: of('demo') } };
}

/** One cohort's minute. `rpm` is what was scheduled, over the time that was watched. */
function cohortMinute(tally: Tally, observedMs: number) {
  return {
    rpm: observedMs > 0 ? oneDecimal((tally.scheduled * 60_000) / observedMs) : 0,
    scheduled: tally.scheduled,
    started: tally.started,
    dropped: tally.droppedTotal,
    completed: tally.completed,
    errors: tally.errors,
    errorRate: fourDecimals(tally.errorRate),
    declined: tally.declined,
    p50Ms: tally.latency.percentile(50),
    p95Ms: tally.latency.percentile(95),
    errorKinds: { ...tally.errorKinds },
  };
}

function minuteOf(record: MinuteRecord) {
  const { tallies, observedMs } = record;
  return {
    minute: record.minute,
    phase: record.phase,
    observedSeconds: oneDecimal(observedMs / 1000),
    demo: cohortMinute(tallies.demo, observedMs),
    demoBrowse: cohortMinute(tallies.demoBrowse, observedMs),
    baseline: cohortMinute(tallies.baseline, observedMs),
    load: loadOf([record]),
  };
}

/** The load of all groups over some minutes. */
function loadOf(records: readonly MinuteRecord[]) {
  const tally = new Tally();
  for (const { tallies } of records) for (const each of Object.values(tallies)) tally.add(each);
  return {
    scheduled: tally.scheduled,
    started: tally.started,
    late: tally.late,
    dropped: tally.droppedTotal,
    inFlight: tally.started - tally.ended,
    startLagP99Ms: tally.startLag.percentile(99),
  };
}

/** The answer of `GET /admin/minutes`: every minute of a run that was watched, and the load over all of them. */
export function runMinutes(run: RunRecord) {
  const records = [...run.minutes.values()].sort((a, b) => a.minute - b.minute);
  return {
    run_id: run.runId,
    mode: run.whole.mode,
    minute_seconds: run.whole.minuteSeconds,
    minutes: records.map(minuteOf),
    load: loadOf(records),
  };
}
