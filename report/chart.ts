import { linearScale, minuteTicks, ticksUpTo, type Scale } from './chart-scale';
import type { Report, ReportMinute } from './report';
import { bandOf } from './verdict';

const WIDTH = 960;
const HEIGHT = 616;
const LEFT = 66;
const RIGHT = WIDTH - 26;
/** Vertical extent of the two plots. */
const ERRORS = { top: 140, bottom: 386 };
const LATENCY = { top: 440, bottom: 552 };

/** One picture for light and dark pages: it brings its own background and follows the reader's preference. */
const STYLE = `
    .page { fill: #ffffff; stroke: #d8dee6; }
    text { font: 12px -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif; fill: #475569; }
    .title { font-size: 19px; font-weight: 600; fill: #0f172a; }
    .subtitle { font-size: 13px; }
    .panel { font-size: 13px; font-weight: 600; fill: #1e293b; }
    .phase { font-size: 11px; fill: #64748b; }
    .value { font-weight: 600; fill: #c2410c; stroke: #ffffff; stroke-width: 3px; paint-order: stroke; }
    .grid { stroke: #e5e9f0; }
    .axis { stroke: #94a3b8; }
    .shade { fill: #0f172a; fill-opacity: 0.035; }
    .band { fill: #64748b; fill-opacity: 0.2; }
    .target { stroke: #64748b; stroke-width: 2; fill: none; }
    .target-point { stroke: #64748b; stroke-width: 2; fill: #ffffff; }
    .predicted { stroke: #2563eb; stroke-width: 2; stroke-dasharray: 6 4; fill: none; }
    .observed { stroke: #c2410c; stroke-width: 2.5; fill: none; stroke-linejoin: round; }
    .observed-point { fill: #c2410c; }
    .baseline { stroke: #15803d; stroke-width: 2.5; fill: none; stroke-linejoin: round; }
    .baseline-point { fill: #15803d; }
    @media (prefers-color-scheme: dark) {
      .page { fill: #0d1420; stroke: #2a3648; }
      text { fill: #a3b1c6; }
      .title { fill: #f1f5f9; }
      .panel { fill: #dbe4f0; }
      .phase { fill: #8ea0b8; }
      .value { fill: #fdba74; stroke: #0d1420; }
      .grid { stroke: #1f2a3a; }
      .axis { stroke: #56677f; }
      .shade { fill: #ffffff; fill-opacity: 0.04; }
      .band { fill: #94a3b8; fill-opacity: 0.24; }
      .target { stroke: #94a3b8; }
      .target-point { stroke: #94a3b8; fill: #0d1420; }
      .predicted { stroke: #7cb0ff; }
      .observed { stroke: #fb923c; }
      .observed-point { fill: #fb923c; }
      .baseline { stroke: #4ade80; }
      .baseline-point { fill: #4ade80; }
    }`;

/**
 * Draws a run as SVG: above the error rates (target with the verdict's band, prediction, observation, baseline), below
 * the 95th percentiles. A value stands at its demo minute.
 */
export function renderChart(report: Report): string {
  const { minutes } = report;
  const first = minutes[0]?.minute ?? 0;
  const last = minutes.at(-1)?.minute ?? first;
  const x = linearScale(first - 0.5, last + 0.5, LEFT, RIGHT);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="chart-title chart-description">
  <title id="chart-title">${escape(titleOf(report))}</title>
  <desc id="chart-description">${escape(descriptionOf(report))}</desc>
  <style>${STYLE}
  </style>
  <rect class="page" x="0.5" y="0.5" width="${WIDTH - 1}" height="${HEIGHT - 1}" rx="8"/>
  <text class="title" x="${LEFT - 42}" y="34">${escape(titleOf(report))}</text>
  <text class="subtitle" x="${LEFT - 42}" y="55">${escape(subtitleOf(report))}</text>
${[
  ...legend(report),
  ...phases(minutes, x),
  ...errorPlot(report, x),
  ...latencyPlot(minutes, x),
  ...minuteAxis(first, last, x),
]
  .map((element) => `  ${element}`)
  .join('\n')}
</svg>
`;
}

function titleOf({ title, ablation }: Report): string {
  if (ablation === 'index') return `${title}, with the index left in place`;
  return ablation === 'pool' ? `${title}, with the large pool` : title;
}

function subtitleOf({ minuteSeconds, scale, catalogRows, startedAt, storageEmulation }: Report): string {
  const parts = [
    `${minuteSeconds} s a minute`,
    `scale ${scale}`,
    `${catalogRows.toLocaleString('en-US')} products`,
    ...(storageEmulation ? [] : ['no storage emulation']),
    `${startedAt.slice(0, 16).replace('T', ' ')} UTC`,
  ];
  return parts.join(' · ');
}

function descriptionOf({ minutes }: Report): string {
  const worst = minutes.reduce<ReportMinute | null>(
    (most, minute) => (most === null || minute.demo.errorRate > most.demo.errorRate ? minute : most),
    null,
  );
  if (worst === null) return 'No minute was run.';
  const failed = minutes.reduce((sum, minute) => sum + minute.baseline.errors, 0);
  return (
    `Demo checkouts fail up to ${wholePercent(worst.demo.errorRate)} in minute ${worst.minute}; ` +
    `of the baseline journeys ${failed === 0 ? 'none' : String(failed)} failed.`
  );
}

/** What the lines mean, in one row. */
function legend({ minuteSeconds, ablation }: Report): string[] {
  const y = 80;
  const band = (bandOf(minuteSeconds) * 100).toFixed(0);
  const entries: [label: string, symbol: (x: number) => string][] = [
    ['demo, observed', (x) => `${line('observed', x, y, x + 26, y)}${dot('observed-point', x + 13, y, 3.5)}`],
    [
      ablation === null ? `target ± ${band} points` : `the preset's target ± ${band} points`,
      (x) =>
        `<rect class="band" x="${x}" y="${y - 7}" width="26" height="14"/>${line('target', x, y, x + 26, y)}${dot('target-point', x + 13, y, 3.5)}`,
    ],
    ['prediction', (x) => line('predicted', x, y, x + 26, y)],
    [
      'baseline, observed',
      (x) => `${line('baseline', x, y, x + 26, y)}${dot('baseline-point', x + 13, y, 3)}`,
    ],
  ];
  let x = LEFT - 42;
  return entries.map(([label, symbol]) => {
    const element = `<g>${symbol(x)}<text x="${x + 34}" y="${y + 4}">${escape(label)}</text></g>`;
    x += 34 + label.length * 6 + 30;
    return element;
  });
}

/** Every second phase is shaded, each is named where there is room. */
function phases(minutes: readonly ReportMinute[], x: Scale): string[] {
  const groups: { name: string; first: number; last: number }[] = [];
  for (const { minute, phase } of minutes) {
    const group = groups.at(-1);
    if (group?.name === phase) group.last = minute;
    else groups.push({ name: phase, first: minute, last: minute });
  }
  return groups.flatMap(({ name, first, last }, index) => {
    const left = x.at(first - 0.5);
    const width = x.at(last + 0.5) - left;
    const label = sentence(name);
    const shade = [ERRORS, LATENCY].map(
      ({ top, bottom }) =>
        `<rect class="shade" x="${px(left)}" y="${top}" width="${px(width)}" height="${bottom - top}"/>`,
    );
    const fits = label.length * 5.8 + 8 <= width;
    return [
      ...(index % 2 === 1 ? shade : []),
      ...(fits
        ? [`<text class="phase" x="${px(left + 5)}" y="${ERRORS.top - 7}">${escape(label)}</text>`]
        : []),
    ];
  });
}

function errorPlot(report: Report, x: Scale): string[] {
  const { minutes, minuteSeconds } = report;
  const band = bandOf(minuteSeconds);
  const largest = Math.max(
    0.08,
    ...minutes.flatMap(({ demo, baseline }) => [
      demo.errorRate + 0.03,
      demo.target.errorRate + band,
      demo.predicted.errorRate,
      baseline.errorRate,
    ]),
  );
  const ticks = ticksUpTo(Math.min(1, largest) * 100);
  const y = linearScale(0, ticks.at(-1) ?? 100, ERRORS.bottom, ERRORS.top);
  const at = (share: number): number => y.at(Math.min(ticks.at(-1) ?? 100, Math.max(0, share * 100)));
  const points = (value: (minute: ReportMinute) => number): Point[] =>
    minutes.map((minute) => ({ x: x.at(minute.minute), y: at(value(minute)) }));
  const upper = points(({ demo }) => demo.target.errorRate + band);
  const lower = points(({ demo }) => demo.target.errorRate - band);
  const graded = minutes.filter(({ demo }) => demo.graded);
  return [
    ...horizontalGrid(ticks, y, (tick) => `${tick} %`),
    axisTitle('Share of requests that fail', ERRORS),
    `<polygon class="band" points="${[...upper, ...lower.toReversed()].map(pair).join(' ')}"/>`,
    polyline(
      'target',
      points(({ demo }) => demo.target.errorRate),
    ),
    polyline(
      'predicted',
      points(({ demo }) => demo.predicted.errorRate),
    ),
    ...series(
      'baseline',
      points(({ baseline }) => baseline.errorRate),
      2.5,
    ),
    ...series(
      'observed',
      points(({ demo }) => demo.errorRate),
      3,
    ),
    ...graded.map(({ minute, demo }) => dot('target-point', x.at(minute), at(demo.target.errorRate), 5)),
    ...graded.map(({ minute, demo }) => dot('observed-point', x.at(minute), at(demo.errorRate), 3)),
    ...graded.map(({ minute, demo }) => {
      const highest = Math.min(at(demo.errorRate), at(demo.target.errorRate));
      return `<text class="value" x="${px(x.at(minute))}" y="${px(highest - 11)}" text-anchor="middle">${wholePercent(demo.errorRate)}</text>`;
    }),
  ];
}

function latencyPlot(minutes: readonly ReportMinute[], x: Scale): string[] {
  const largest = Math.max(
    100,
    ...minutes.flatMap(({ demo, baseline }) => [
      demo.p95Ms ?? 0,
      demo.predicted.p95Ms ?? 0,
      baseline.p95Ms ?? 0,
    ]),
  );
  const ticks = ticksUpTo(largest / 1000);
  const y = linearScale(0, ticks.at(-1) ?? 1, LATENCY.bottom, LATENCY.top);
  const points = (value: (minute: ReportMinute) => number | null): Point[] =>
    minutes.flatMap((minute) => {
      const ms = value(minute);
      return ms === null ? [] : [{ x: x.at(minute.minute), y: y.at(ms / 1000) }];
    });
  return [
    ...horizontalGrid(ticks, y, (tick) => `${tick} s`),
    axisTitle('p95 of the response time', LATENCY),
    polyline(
      'predicted',
      points(({ demo }) => demo.predicted.p95Ms),
    ),
    ...series(
      'baseline',
      points(({ baseline }) => baseline.p95Ms),
      2.5,
    ),
    ...series(
      'observed',
      points(({ demo }) => demo.p95Ms),
      3,
    ),
  ];
}

function minuteAxis(first: number, last: number, x: Scale): string[] {
  return [
    ...[ERRORS, LATENCY].map(({ bottom }) => line('axis', LEFT, bottom, RIGHT, bottom)),
    ...[ERRORS, LATENCY].flatMap(({ bottom }) =>
      minuteTicks(first, last).flatMap((minute) => [
        line('axis', x.at(minute), bottom, x.at(minute), bottom + 4),
        `<text x="${px(x.at(minute))}" y="${bottom + 18}" text-anchor="middle">${minute}</text>`,
      ]),
    ),
    `<text x="${px((LEFT + RIGHT) / 2)}" y="${LATENCY.bottom + 40}" text-anchor="middle">demo minute</text>`,
  ];
}

interface Point {
  x: number;
  y: number;
}

function horizontalGrid(ticks: readonly number[], y: Scale, label: (tick: number) => string): string[] {
  // Labels need room: a low plot names every second line.
  const every = Math.abs(y.at(ticks[1] ?? 1) - y.at(0)) < 15 ? 2 : 1;
  return ticks.map(
    (tick, index) =>
      line('grid', LEFT, y.at(tick), RIGHT, y.at(tick)) +
      (index % every === 0
        ? `<text x="${LEFT - 9}" y="${px(y.at(tick) + 4)}" text-anchor="end">${label(tick)}</text>`
        : ''),
  );
}

function axisTitle(text: string, { top }: { top: number }): string {
  return `<text class="panel" x="${LEFT - 42}" y="${top - (top === ERRORS.top ? 24 : 14)}">${escape(text)}</text>`;
}

function series(name: string, points: readonly Point[], radius: number): string[] {
  return [polyline(name, points), ...points.map(({ x, y }) => dot(`${name}-point`, x, y, radius))];
}

function polyline(name: string, points: readonly Point[]): string {
  return points.length < 2 ? '' : `<polyline class="${name}" points="${points.map(pair).join(' ')}"/>`;
}

function line(name: string, x1: number, y1: number, x2: number, y2: number): string {
  return `<line class="${name}" x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}"/>`;
}

function dot(name: string, x: number, y: number, radius: number): string {
  return `<circle class="${name}" cx="${px(x)}" cy="${px(y)}" r="${radius}"/>`;
}

function pair({ x, y }: Point): string {
  return `${px(x)},${px(y)}`;
}

/** A pixel position with one decimal. */
function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function wholePercent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** `black_friday_begins` → `Black friday begins`. */
function sentence(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Text for XML. */
function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
