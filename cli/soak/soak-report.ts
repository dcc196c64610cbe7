import { availableParallelism } from 'node:os';
import { duration, percent } from '../../report/format';
import { BASELINE_ERROR_RATE } from '../../report/limits';
import { mean, trendOf } from './soak-statistics';
import type { CohortStats } from '../observation/answers';
import { GrowingCounts } from '../observation/growing-counts';
import type { Sample } from './soak-samples';

/**
 * From here on growth fails a soak (MB an hour). A choice, not a measured limit: in ten minutes a heap that still fills
 * can look like a leak, and 60 would be 1.4 GB a day. What is below is reported, and not called stable.
 */
const GROWTH_MB_PER_HOUR = 60;
/** The beginning doesn't count: heaps and caches fill (share, and at least so many seconds). */
const WARM_UP_SHARE = 0.25;
const WARM_UP_SECONDS = 120;
/** Heaps fill for minutes after a start: a shorter look after the warm-up says nothing about growth (s). */
const JUDGED_FROM_SECONDS = 360;
/** Spans may be on their way at either end. Lost are more than this share of all. */
const LOST_SHARE = 0.001;
/** How late starts may be: beyond, the machine can't carry the load (ms). */
const LAG_P99_MS = 100;

/** What the samples of a soak say, with a verdict. */
export function soakResult(
  samples: readonly Sample[],
  facts: { startedAt: string; target: string; scale: number },
) {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined) throw new Error('a soak without a sample');
  const seconds = last.at - first.at;
  const { spans, restarts } = spansOf(samples);
  const cohorts = {
    baseline: cohortOf(samples.map(({ load }) => load.baseline)),
    demo: cohortOf(samples.map(({ load }) => load.demo)),
  };
  const memory = memoryOf(
    samples,
    first.at + Math.min(seconds / 2, Math.max(WARM_UP_SECONDS, seconds * WARM_UP_SHARE)),
  );
  const failures: string[] = [];
  const notes: string[] = [];
  for (const [name, cohort] of Object.entries(cohorts)) {
    if (cohort.dropped > 0)
      failures.push(`${name}: ${cohort.dropped} of ${cohort.scheduled} starts were dropped`);
    if (cohort.ended === 0) failures.push(`${name}: no journey ended`);
    else if (cohort.errors / cohort.ended > BASELINE_ERROR_RATE)
      failures.push(`${name}: ${percent(cohort.errors / cohort.ended)} failed (at most 2 %)`);
    if (cohort.startLagP99Ms !== null && cohort.startLagP99Ms > LAG_P99_MS)
      notes.push(
        `${name}: start lag p99 ${Math.round(cohort.startLagP99Ms)} ms since the generator began: this machine is overloaded, use a smaller --scale`,
      );
  }
  if (spans.lost > spans.uncertainty && spans.lost > spans.ended * LOST_SHARE) {
    failures.push(`${spans.lost} of ${spans.ended} spans were lost (${percent(spans.lost / spans.ended)})`);
  }
  for (const name of restarts) failures.push(`${name} was started anew`);
  for (const { name, slope, error, grows } of memory) {
    if (grows)
      failures.push(
        `${name} grows by ${(slope ?? 0).toFixed(0)} ± ${(error ?? 0).toFixed(0)} MB an hour (at most ${GROWTH_MB_PER_HOUR})`,
      );
  }
  const rising = memory.filter(({ rises }) => rises);
  if (rising.length > 0) {
    notes.push(
      `Still rising, within the bound of ${GROWTH_MB_PER_HOUR} MB an hour: ${rising.map(({ name, slope }) => `${name} (${(slope ?? 0).toFixed(0)})`).join(', ')}. This soak cannot tell heaps that fill from a slow leak: a longer one can.`,
    );
  }
  const loads = samples.flatMap(({ machineLoad }) => (machineLoad === null ? [] : [machineLoad]));
  const most = Math.max(0, ...loads);
  if (most > 2 * availableParallelism()) {
    const late = Object.values(cohorts).some(
      (cohort) => cohort.late > 0 || (cohort.startLagP99Ms ?? 0) > LAG_P99_MS,
    );
    const consequence =
      failures.length > 0 || late
        ? ': what failed or was late may be its doing. End what else runs, or use a smaller --scale.'
        : '; nothing failed or was late for it.';
    notes.push(
      `The load of this machine was up to ${most.toFixed(1)} on ${availableParallelism()} cores${consequence}`,
    );
  }
  if (!memory.some(({ judged }) => judged)) {
    notes.push(
      'Memory was not judged: after a warm-up of two minutes too little was left, while heaps still fill. Ten minutes and more tell.',
    );
  }
  return {
    ...facts,
    seconds: Math.round(seconds),
    samples: samples.length,
    cohorts,
    spans,
    /** Services that were started anew in the middle. */
    restarts,
    memory,
    ok: failures.length === 0,
    failures,
    notes,
  };
}

function cohortOf(samples: readonly CohortStats[]) {
  const counts = new GrowingCounts(['scheduled', 'started', 'dropped', 'late', 'requests', 'errors']);
  for (const sample of samples) counts.look(sample);
  const { requests, ...others } = counts.total;
  return { ...others, ended: requests, startLagP99Ms: samples.at(-1)?.startLagP99Ms ?? null };
}

/**
 * Spans ended against spans received. Exporters send once a second, so at any moment some are on their way; how far the
 * two are apart at the end, against the beginning, is what was lost. Both are means over a few samples.
 */
function spansOf(samples: readonly Sample[]) {
  const counts = new Map<string, GrowingCounts<'spans'>>();
  const received = new GrowingCounts(['spans']);
  const apart: number[] = [];
  let ended = 0;
  for (const sample of samples) {
    for (const [name, spans] of Object.entries(sample.ended)) {
      const count = counts.get(name) ?? new GrowingCounts(['spans']);
      counts.set(name, count);
      count.look({ spans });
    }
    received.look({ spans: sample.received });
    ended = [...counts.values()].reduce((sum, { total }) => sum + total.spans, 0);
    apart.push(ended - received.total.spans);
  }
  const few = Math.max(1, Math.min(6, Math.floor(samples.length / 4)));
  const head = apart.slice(0, few);
  const tail = apart.slice(-few);
  const spread = Math.max(...head, ...tail) - Math.min(...head, ...tail);
  const drift = mean(tail) - mean(head);
  return {
    spans: {
      ended,
      received: received.total.spans,
      /** How much the distance between the two grew: what never came. Not below 0. */
      lost: Math.max(0, Math.round(drift)),
      /** The resolution of that figure. */
      uncertainty: Math.ceil(Math.max(1, spread - Math.abs(drift)) / Math.sqrt(few)),
    },
    restarts: [...[...counts].map(([name, count]) => [name, count] as const), ['console', received] as const]
      .filter(([, count]) => count.restarts > 0)
      .map(([name]) => name),
  };
}

const MB = 1_000_000;

function memoryOf(samples: readonly Sample[], warmAt: number) {
  const warm = samples.filter(({ at }) => at >= warmAt);
  const names = [...new Set(samples.flatMap(({ rss }) => Object.keys(rss)))].sort();
  return names.map((name) => {
    const points = warm.flatMap(({ at, rss }) => {
      const bytes = rss[name];
      return bytes === undefined ? [] : [[at / 3600, bytes / MB] as const];
    });
    const trend = trendOf(points);
    const judged = ((points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0)) * 3600 >= JUDGED_FROM_SECONDS;
    const least = trend === null ? 0 : trend.slope - 2 * trend.error;
    return {
      name,
      /** MB at the end of the warm-up and at the end of the soak. */
      fromMb: round(points[0]?.[1] ?? 0),
      toMb: round(points.at(-1)?.[1] ?? 0),
      /** MB an hour with its standard error; null with too few samples. */
      slope: trend === null ? null : round(trend.slope),
      error: trend === null ? null : round(trend.error),
      /** Whether it was looked at for long enough to be held against the bound. */
      judged,
      /** More than the bound, by two standard errors. */
      grows: judged && least > GROWTH_MB_PER_HOUR,
      /** Up by more than two standard errors, but not beyond the bound: no failure, and not shown to be stable either. */
      rises: judged && least > 0 && least <= GROWTH_MB_PER_HOUR,
    };
  });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The report for a person. */
export function renderSoak(result: ReturnType<typeof soakResult>): string {
  const { cohorts, spans, memory, failures, notes } = result;
  const row = (name: 'baseline' | 'demo'): string => {
    const { scheduled, started, dropped, late, ended, errors, startLagP99Ms } = cohorts[name];
    return `| ${name} | ${scheduled} | ${started} | ${dropped} | ${late} | ${ended} | ${errors} | ${startLagP99Ms === null ? '-' : Math.round(startLagP99Ms)} |`;
  };
  return [
    `# Soak: ${result.ok ? 'as it should be' : 'not as it should be'}`,
    '',
    `${result.target}, ${result.startedAt}, ${duration(result.seconds * 1000)} at scale ${result.scale}, ${result.samples} samples.`,
    '',
    ...failures.map((failure) => `- ✗ ${failure}`),
    ...notes.map((note) => `- ${note}`),
    ...(failures.length + notes.length > 0 ? [''] : []),
    '## Load',
    '',
    '| cohort | scheduled | started | dropped | late | ended | errors | start lag p99 ms |',
    '|---|---:|---:|---:|---:|---:|---:|---:|',
    row('baseline'),
    row('demo'),
    '',
    '## Spans',
    '',
    `${spans.ended} ended in the services, ${spans.received} reached the console; lost: ${spans.lost} (± ${spans.uncertainty} that were on their way).`,
    '',
    '## Memory',
    '',
    'A process with its descendants (on Linux its own pages, without shared ones); the slope is a straight line through the',
    'samples after the warm-up, with its standard error (of independent samples: in truth it is larger). A soak fails from',
    `${GROWTH_MB_PER_HOUR} MB an hour on, which is a choice: less is not shown to be stable.`,
    '',
    '| process | MB | then MB | MB an hour | ± | |',
    '|---|---:|---:|---:|---:|---|',
    ...memory.map(
      ({ name, fromMb, toMb, slope, error, judged, grows, rises }) =>
        `| ${name} | ${fromMb} | ${toMb} | ${slope ?? '-'} | ${error ?? '-'} | ${judged ? (grows ? 'grows' : rises ? 'rises' : '') : 'not judged'} |`,
    ),
    '',
  ].join('\n');
}
