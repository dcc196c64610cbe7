import { chartStyle, type Theme } from './chart-style';
import { capital, count } from '../format';
import { bandOf, bandText, totalOf } from '../limits';
import { ablationText, type Report, type ReportMinute } from '../report';
import { linearScale, minuteTicks, ticksUpTo, type Scale } from './scale';
import { dot, escape, line, polygon, polyline, rect, text, type Point } from './svg';

const WIDTH = 960;
const HEIGHT = 616;
const LEFT = 66;
const RIGHT = WIDTH - 26;
/** Where titles begin. */
const EDGE = LEFT - 42;
/** Vertical extent of the two plots. */
const ERRORS = { top: 140, bottom: 386 };
const LATENCY = { top: 440, bottom: 552 };

/** Labels at marks stand above the axis, where a curve leaves room: at most so many rows above each other. */
const NOTE_ROWS = 4;

export interface ChartOptions {
  /** Without a style sheet of its own: the page around it has `chartStyle`. Default: false. */
  bare?: boolean;
  /** Default: `auto`. */
  theme?: Theme;
}

/** The minutes that are drawn. */
type Drawn = ReturnType<typeof drawnOf>;

/**
 * Draws a run as SVG: above the error rates (target with the verdict's band, prediction, observation, baseline), below
 * the 95th percentiles. A value stands at its demo minute. All minutes that the outage shows are on the axis; of a run
 * that began later only those it reached.
 */
export function renderChart(report: Report, { theme = 'auto', bare = false }: ChartOptions = {}): string {
  const drawn = drawnOf(report);
  const title = `${report.title}${ablationText(report.ablation)}`;
  const elements = [
    rect('page', 0.5, 0.5, WIDTH - 1, HEIGHT - 1, 8),
    text('title', EDGE, 34, title),
    text('subtitle', EDGE, 55, subtitleOf(report)),
    ...legend(report),
    ...phases(drawn),
    ...errorPlot(report, drawn),
    ...latencyPlot(drawn),
    ...minuteAxis(drawn),
    ...marks(report, drawn),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" class="curve" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="chart-title chart-description">
  <title id="chart-title">${escape(title)}</title>
  <desc id="chart-description">${escape(descriptionOf(report))}</desc>
${bare ? '' : `  <style>\n${chartStyle(theme)}\n  </style>\n`}${elements.map((element) => `  ${element}`).join('\n')}
</svg>
`;
}

function drawnOf({ planned, minutes }: Report) {
  const begun = minutes[0]?.minute ?? 0;
  const ran = minutes.at(-1)?.minute ?? begun;
  const shown = planned.at(-1)?.minute ?? ran;
  const first = begun === 0 ? (planned[0]?.minute ?? 0) : begun;
  const last = begun === 0 ? Math.max(shown, first) : ran;
  const within = ({ minute }: { minute: number }): boolean => minute >= first && minute <= last;
  return {
    planned: planned.filter(within),
    minutes: minutes.filter(within),
    first,
    last,
    x: linearScale(first - 0.5, last + 0.5, LEFT, RIGHT),
  };
}

function subtitleOf({ minuteSeconds, scale, catalogRows, startedAt, storageEmulation }: Report): string {
  const parts = [
    `${minuteSeconds} s a minute`,
    `scale ${scale}`,
    `${count(catalogRows)} products`,
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
  const failed = totalOf(minutes.map(({ baseline }) => baseline)).errors;
  return (
    `Demo checkouts fail up to ${wholePercent(worst.demo.errorRate)} in minute ${worst.minute}; ` +
    `of the baseline journeys ${failed === 0 ? 'none' : String(failed)} failed.`
  );
}

/** What the lines mean, in one row. */
function legend({ minuteSeconds, ablation }: Report): string[] {
  const y = 80;
  const band = bandText(minuteSeconds).replace('.0', '');
  const stroke = (name: string, x: number): string => line(name, x, y, x + 26, y);
  const entries: [label: string, symbol: (x: number) => string][] = [
    ['demo, observed', (x) => stroke('observed', x) + dot('observed-point', x + 13, y, 3.5)],
    [
      `${ablation === null ? 'target' : "the preset's target"} ${band}`,
      (x) => rect('band', x, y - 7, 26, 14) + stroke('target', x) + dot('target-point', x + 13, y, 3.5),
    ],
    ['prediction', (x) => stroke('predicted', x)],
    ['baseline, observed', (x) => stroke('baseline', x) + dot('baseline-point', x + 13, y, 3)],
  ];
  let x = EDGE;
  return entries.map(([label, symbol]) => {
    const element = `<g>${symbol(x)}${text('legend', x + 34, y + 4, label)}</g>`;
    x += 34 + label.length * 6.6 + 28;
    return element;
  });
}

/** Every second phase is shaded, each is named where there is room. */
function phases({ planned, x }: Drawn): string[] {
  const groups: { name: string; first: number; last: number }[] = [];
  for (const { minute, phase } of planned) {
    const group = groups.at(-1);
    if (group?.name === phase) group.last = minute;
    else groups.push({ name: phase, first: minute, last: minute });
  }
  return groups.flatMap(({ name, first, last }, index) => {
    const left = x(first - 0.5);
    const width = x(last + 0.5) - left;
    const label = capital(name.replaceAll('_', ' '));
    return [
      ...(index % 2 === 1
        ? [ERRORS, LATENCY].map(({ top, bottom }) => rect('shade', left, top, width, bottom - top))
        : []),
      ...(label.length * 5.8 + 8 <= width ? [text('phase', left + 5, ERRORS.top - 7, label)] : []),
    ];
  });
}

function errorPlot({ minuteSeconds }: Report, { planned, minutes, x }: Drawn): string[] {
  const band = bandOf(minuteSeconds);
  const largest = Math.max(
    0.08,
    ...planned.flatMap(({ target, predicted }) => [target.errorRate + band, predicted.errorRate]),
    ...minutes.flatMap(({ demo, baseline }) => [demo.errorRate + 0.03, baseline.errorRate]),
  );
  const ticks = ticksUpTo(Math.min(1, largest) * 100);
  const top = ticks.at(-1) ?? 100;
  const y = linearScale(0, top, ERRORS.bottom, ERRORS.top);
  const at = (share: number): number => y(Math.min(top, Math.max(0, share * 100)));
  const points = pointsOf(x, at);
  const upper = points(planned, ({ target }) => target.errorRate + band);
  const lower = points(planned, ({ target }) => target.errorRate - band);
  const observed = points(minutes, ({ demo }) => demo.errorRate);
  const graded = minutes.filter(({ demo }) => demo.graded);
  const wanted = planned.filter(({ target }) => target.graded);
  return [
    ...horizontalGrid(ticks, y, (tick) => `${tick} %`),
    text('panel', EDGE, ERRORS.top - 24, 'Share of requests that fail'),
    polygon('band', [...upper, ...lower.toReversed()]),
    polyline(
      'target',
      points(planned, ({ target }) => target.errorRate),
    ),
    polyline(
      'predicted',
      points(planned, ({ predicted }) => predicted.errorRate),
    ),
    ...area(observed),
    ...series(
      'baseline',
      points(minutes, ({ baseline }) => baseline.errorRate),
      2.5,
    ),
    ...series('observed', observed, 3),
    ...wanted.map(({ minute, target }) => dot('target-point', x(minute), at(target.errorRate), 5)),
    ...graded.map(({ minute, demo }) => dot('observed-point', x(minute), at(demo.errorRate), 3)),
    ...graded.map(({ minute, demo }) => {
      const highest = Math.min(at(demo.errorRate), at(demo.target.errorRate));
      return text('value', x(minute), highest - 11, wholePercent(demo.errorRate), 'middle');
    }),
  ];
}

/** What lies below the observed line. */
function area(observed: readonly Point[]): string[] {
  const [first, last] = [observed[0], observed.at(-1)];
  if (first === undefined || last === undefined || observed.length < 2) return [];
  return [
    polygon('observed-area', [
      { x: first.x, y: ERRORS.bottom },
      ...observed,
      { x: last.x, y: ERRORS.bottom },
    ]),
  ];
}

function latencyPlot({ planned, minutes, x }: Drawn): string[] {
  const largest = Math.max(
    0.1,
    ...planned.map(({ predicted }) => (predicted.p95Ms ?? 0) / 1000),
    ...minutes.flatMap(({ demo, baseline }) => [demo.p95Ms ?? 0, baseline.p95Ms ?? 0]).map((ms) => ms / 1000),
  );
  const ticks = ticksUpTo(largest);
  const y = linearScale(0, ticks.at(-1) ?? 1, LATENCY.bottom, LATENCY.top);
  const points = pointsOf(x, (ms) => y(ms / 1000));
  return [
    ...horizontalGrid(ticks, y, (tick) => `${tick} s`),
    text('panel', EDGE, LATENCY.top - 14, 'p95 of the response time'),
    polyline(
      'predicted',
      points(planned, ({ predicted }) => predicted.p95Ms),
    ),
    ...series(
      'baseline',
      points(minutes, ({ baseline }) => baseline.p95Ms),
      2.5,
    ),
    ...series(
      'observed',
      points(minutes, ({ demo }) => demo.p95Ms),
      3,
    ),
  ];
}

function minuteAxis({ first, last, x }: Drawn): string[] {
  return [
    ...[ERRORS, LATENCY].flatMap(({ bottom }) => [
      line('axis', LEFT, bottom, RIGHT, bottom),
      ...minuteTicks(first, last).flatMap((minute) => [
        line('axis', x(minute), bottom, x(minute), bottom + 4),
        text('', x(minute), bottom + 18, String(minute), 'middle'),
      ]),
    ]),
    text('', (LEFT + RIGHT) / 2, LATENCY.bottom + 40, 'demo minute', 'middle'),
  ];
}

/** When the flow alert fired, and what was done to the run: a cause came back, it was healed. */
function marks(
  { flowAlertMinute, flowAlertPlanned, events, endedMinute }: Report,
  { first, last, x }: Drawn,
): string[] {
  // Reports of older versions have no prediction of it.
  const planned = (flowAlertPlanned as Report['flowAlertPlanned'] | undefined)?.minute ?? null;
  const found = [
    ...(flowAlertMinute === null
      ? []
      : [{ name: 'alert', label: `flow alert, minute ${flowAlertMinute}`, column: flowAlertMinute }]),
    // Where it was to fire, unless it did.
    ...(planned === null || planned === flowAlertMinute
      ? []
      : [{ name: 'event', label: `flow alert predicted, minute ${planned}`, column: planned }]),
    // Minute m stands in the middle of its column, in which the clock goes from m to m + 1.
    ...events.flatMap(({ mark }) =>
      mark === undefined ? [] : [{ name: 'event', label: mark.label, column: mark.minute - 0.5 }],
    ),
    ...(endedMinute === null ? [] : [{ name: 'event', label: 'healed', column: endedMinute - 0.5 }]),
  ].filter(({ column }) => column >= first - 0.5 && column < last + 0.45);
  return found.flatMap(({ name, label, column }, index) => {
    const at = x(column);
    const fits = at + label.length * 6.8 + 12 < RIGHT;
    return [
      ...[ERRORS, LATENCY].map(({ top, bottom }) => line(name, at, top, at, bottom)),
      text(
        name === 'alert' ? 'note alert-note' : 'note',
        fits ? at + 6 : at - 6,
        ERRORS.bottom - 14 - (index % NOTE_ROWS) * 16,
        label,
        fits ? 'start' : 'end',
      ),
    ];
  });
}

/** The points of a value over minutes; those without one are left out. */
function pointsOf(x: Scale, at: (value: number) => number) {
  return <M extends { minute: number }>(
    minutes: readonly M[],
    value: (minute: M) => number | null,
  ): Point[] =>
    minutes.flatMap((minute) => {
      const found = value(minute);
      return found === null ? [] : [{ x: x(minute.minute), y: at(found) }];
    });
}

function horizontalGrid(ticks: readonly number[], y: Scale, label: (tick: number) => string): string[] {
  // Labels need room: a low plot names every second line.
  const every = Math.abs(y(ticks[1] ?? 1) - y(0)) < 15 ? 2 : 1;
  return ticks.map(
    (tick, index) =>
      line('grid', LEFT, y(tick), RIGHT, y(tick)) +
      (index % every === 0 ? text('', LEFT - 9, y(tick) + 4, label(tick), 'end') : ''),
  );
}

function series(name: string, points: readonly Point[], radius: number): string[] {
  return [polyline(name, points), ...points.map(({ x, y }) => dot(`${name}-point`, x, y, radius))];
}

function wholePercent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
