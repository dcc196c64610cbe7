/**
 * Whether all who tell of one run tell the same: error rate and p95 of the demo cohort's checkouts at minutes 10, 17 and 25,
 * as metrics, spans, console, load generator and report have them. A run of `blackfriday` against a shop of its own.
 *
 * `npm run bench:agreement [-- --minute-seconds S] [--scale X] [--rows N] [--sink-port P --otlp-endpoint URL]`: with an end
 * point the shop sends there, to a collector say, which has to send it on to port P.
 *
 * The metrics count a checkout in the minute in which it ended, the others in that in which it began, so minutes are long
 * against a checkout, and have some hundred of them.
 *
 * Exit codes: 0 p95 within 5 % and error rates within one point, 1 not, 2 bad options.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { at, listAt, numberAt, textAt } from '../machine/json';
import { FLOW_ROUTE } from '../scenario/flow-alert';
import { TestShop } from '../test/harness';
import { attributesOf, Sink, type Point, type Sending } from '../test/telemetry/sink';
import { runBench, runDemo } from './run';

const MINUTES = [10, 17, 25];
const FIRST_MINUTE = 8;
const LAST_MINUTE = 26;
/** What they may differ by: of the smallest p95, and between error rates. */
const ALLOWED = { p95: 0.05, errorRate: 0.01 };
const [METHOD, ROUTE] = FLOW_ROUTE.split(' ');
/** The services export every five seconds, the forwarder a little later (ms). */
const ARRIVED_AFTER_MS = 8000;

/** What one source says of a minute. */
interface Seen {
  requests: number;
  /** 0…1. */
  errorRate: number;
  p95Ms: number;
}

interface Checkout {
  minute: number;
  durationMs: number;
  failed: boolean;
}

/** Points of one series: counts since the service started, by time. */
interface Series {
  failed: boolean;
  points: { atMs: number; counts: number[]; bounds: number[] }[];
}

/** What the frontend sent of the demo cohort's checkouts. */
class Telemetry {
  private readonly checkouts: Checkout[];
  private readonly series = new Map<string, Series>();

  constructor({ spans, metrics }: Sending) {
    const ours = (attributes: Record<string, unknown>): boolean =>
      attributes['http.route'] === ROUTE && attributes['traffic.type'] === 'demo';
    this.checkouts = spans.flatMap(({ record: span }) => {
      const attributes = attributesOf(span);
      if (span.kind !== 'SPAN_KIND_SERVER' || !ours(attributes)) return [];
      return {
        minute: Math.floor(Number(attributes['demo.minute'])),
        durationMs: (Number(span.endTimeUnixNano) - Number(span.startTimeUnixNano)) / 1e6,
        failed: span.status?.code === 'STATUS_CODE_ERROR',
      };
    });
    for (const { record } of metrics) {
      if (record.name !== 'http.server.request.duration') continue;
      for (const point of record.histogram?.dataPoints ?? []) {
        const attributes = attributesOf(point);
        if (ours(attributes) && attributes['http.request.method'] === METHOD) this.note(point, attributes);
      }
    }
  }

  private note(point: Point, attributes: Record<string, unknown>): void {
    const key = JSON.stringify(Object.entries(attributes).sort());
    const series = this.series.get(key) ?? { failed: 'error.type' in attributes, points: [] };
    this.series.set(key, series);
    series.points.push({
      atMs: Number(point.timeUnixNano) / 1e6,
      counts: (point.bucketCounts ?? []).map(Number),
      bounds: point.explicitBounds ?? [],
    });
  }

  /** What the spans of a minute say. */
  bySpans(minute: number): Seen {
    const of = this.checkouts.filter((checkout) => checkout.minute === minute);
    const durations = of.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
    return {
      requests: of.length,
      errorRate: of.filter(({ failed }) => failed).length / of.length,
      p95Ms: durations[Math.ceil(0.95 * durations.length) - 1] ?? Number.NaN,
    };
  }

  /** What the metric says of the time between two moments (Unix ms), as `rate` and `histogram_quantile` do. */
  byMetrics(fromMs: number, toMs: number): Seen {
    const total: number[] = [];
    let failed = 0;
    let bounds: number[] = [];
    for (const series of this.series.values()) {
      const [begin, end] = [countsAt(series, fromMs), countsAt(series, toMs)];
      bounds = series.points[0]?.bounds ?? bounds;
      for (const [bucket, count] of end.entries()) {
        const grown = count - (begin[bucket] ?? 0);
        total[bucket] = (total[bucket] ?? 0) + grown;
        if (series.failed) failed += grown;
      }
    }
    const requests = total.reduce((sum, count) => sum + count, 0);
    return { requests, errorRate: failed / requests, p95Ms: 1000 * quantile(total, bounds, 0.95) };
  }
}

/** The counts of a series at a moment, on a straight line between its points. */
function countsAt({ points }: Series, ms: number): number[] {
  const after = points.findIndex(({ atMs }) => atMs >= ms);
  const [before, later] = [points[(after < 0 ? points.length : after) - 1], points[after]];
  if (later === undefined) return before?.counts ?? [];
  // A series that begins later had nothing before: it starts at zero one interval earlier.
  if (before === undefined) return later.counts.map(() => 0);
  const share = (ms - before.atMs) / (later.atMs - before.atMs);
  return later.counts.map((count, bucket) => {
    const old = before.counts[bucket] ?? 0;
    return old + (count - old) * share;
  });
}

/** As Prometheus' histogram_quantile: linear within the bucket. */
function quantile(counts: readonly number[], bounds: readonly number[], q: number): number {
  const rank = q * counts.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  for (const [bucket, count] of counts.entries()) {
    if (count > 0 && seen + count >= rank) {
      const low = bucket === 0 ? 0 : (bounds[bucket - 1] ?? 0);
      const high = bounds[bucket] ?? low;
      return low + (high - low) * ((rank - seen) / count);
    }
    seen += count;
  }
  return Number.NaN;
}

/** What JSON says of a minute's cohort. */
function seenIn(cohort: unknown, requests: number | null): Seen {
  return {
    requests: requests ?? Number.NaN,
    errorRate: numberAt(cohort, 'errorRate') ?? Number.NaN,
    p95Ms: numberAt(cohort, 'p95Ms') ?? Number.NaN,
  };
}

function minuteOf(value: unknown, minute: number): unknown {
  return listAt(value, 'minutes').find((each) => numberAt(each, 'minute') === minute);
}

/** One minute's rows, and whether they agree. */
function compare(minute: number, sources: Readonly<Record<string, Seen>>): boolean {
  const all = Object.values(sources);
  const p95 = all.map(({ p95Ms }) => p95Ms);
  const rates = all.map(({ errorRate }) => errorRate);
  const p95Spread = (Math.max(...p95) - Math.min(...p95)) / Math.min(...p95);
  const rateSpread = Math.max(...rates) - Math.min(...rates);
  for (const [source, { requests, errorRate, p95Ms }] of Object.entries(sources)) {
    console.log(
      `| ${minute} | ${source} | ${requests.toFixed(0)} | ${(errorRate * 100).toFixed(1)} % | ${p95Ms.toFixed(0)} ms |`,
    );
  }
  const agree = p95Spread <= ALLOWED.p95 && rateSpread <= ALLOWED.errorRate;
  console.log(
    `| ${minute} | **apart by** | | ${(rateSpread * 100).toFixed(1)} points | ${(p95Spread * 100).toFixed(1)} % ${agree ? '✓' : '✗'} |`,
  );
  return agree;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      'minute-seconds': { type: 'string', default: '15' },
      scale: { type: 'string', default: '0.5' },
      rows: { type: 'string', default: '100000' },
      'sink-port': { type: 'string', default: '0' },
      'otlp-endpoint': { type: 'string' },
    },
  });
  const minuteSeconds = Number(values['minute-seconds']);
  const sink = await Sink.open(Number(values['sink-port']), 'frontend');
  const shop = new TestShop(
    `bench-${process.pid}`,
    ['--rows', values.rows, '--scale', values.scale, '--otlp-endpoint', values['otlp-endpoint'] ?? sink.url],
    2000,
  );
  try {
    shop.configure({ demoMode: 'normal' });
    await shop.start();
    const file = join(shop.dataDir, 'agreement.json');
    await runDemo(shop, [
      ...['--report', file, '--minute-seconds', values['minute-seconds']],
      ...['--from', String(FIRST_MINUTE), '--to', String(LAST_MINUTE)],
    ]);
    const report: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const runId = textAt(report, 'runId') ?? '';
    const firstMs = Date.parse(textAt(report, 'startedAt') ?? '');
    await delay(ARRIVED_AFTER_MS);
    const telemetry = new Telemetry(sink.received());
    const query = `run_id=${encodeURIComponent(runId)}`;
    const { body: curve } = await shop.request('console', `/api/curve?${query}`);
    const { body: load } = await shop.request('load-generator', `/admin/minutes?${query}`, { admin: true });
    console.log(`\n| minute | source | checkouts | failed | p95 |\n|---|---|---|---|---|`);
    const agree = MINUTES.map((minute) => {
      const beginMs = firstMs + (minute - FIRST_MINUTE) * minuteSeconds * 1000;
      const observed = at(minuteOf(curve, minute), 'observed');
      const generated = at(minuteOf(load, minute), 'demo');
      const reported = at(minuteOf(report, minute), 'demo');
      const ended = (cohort: unknown): number =>
        (numberAt(cohort, 'completed') ?? Number.NaN) + (numberAt(cohort, 'errors') ?? Number.NaN);
      return compare(minute, {
        metrics: telemetry.byMetrics(beginMs, beginMs + minuteSeconds * 1000),
        spans: telemetry.bySpans(minute),
        console: seenIn(observed, numberAt(observed, 'requests')),
        'load generator': seenIn(generated, ended(generated)),
        report: seenIn(reported, ended(reported)),
      });
    });
    return agree.every(Boolean) ? 0 : 1;
  } finally {
    await shop.dispose();
    await sink.close();
  }
}

runBench(main);
