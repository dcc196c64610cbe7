import type { Curve, CurveMinute } from '../api/curve';

const WIDTH = 1280;
const HEIGHT = 720;
const LEFT = 78;
const RIGHT = WIDTH - 36;
/** Error rates above, response times below, on one axis of demo minutes. */
const ERRORS = { top: 128, bottom: 426 };
const LATENCY = { top: 492, bottom: 660 };

export type Theme = 'light' | 'dark';

interface Palette {
  page: string;
  ink: string;
  soft: string;
  line: string;
  band: string;
  demo: string;
  baseline: string;
  target: string;
  alert: string;
}

/** The page's own tokens (public/style.css). */
const PALETTES: Readonly<Record<Theme, Palette>> = {
  light: {
    page: '#ffffff',
    ink: '#16201b',
    soft: '#55615b',
    line: '#d9ded8',
    band: '#f3f5f1',
    demo: '#b3321b',
    baseline: '#0d6b50',
    target: '#16201b',
    alert: '#8a5200',
  },
  dark: {
    page: '#161d1a',
    ink: '#e9efeb',
    soft: '#a3b1aa',
    line: '#2f3a35',
    band: '#1c2521',
    demo: '#ff8f73',
    baseline: '#4cc79b',
    target: '#e9efeb',
    alert: '#f2b84b',
  },
};

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

interface Point {
  x: number;
  y: number;
}

/** The curve of a run as a picture of its own: no style sheet, no script, nothing from elsewhere. */
export function curveSvg(curve: Curve, theme: Theme = 'light'): string {
  const colours = PALETTES[theme];
  const last = Math.max(1, Math.min(curve.durationMinutes, lastShown(curve)));
  const x = (minute: number): number => LEFT + (minute / last) * (RIGHT - LEFT);
  const yError = (rate: number): number => ERRORS.bottom - rate * (ERRORS.bottom - ERRORS.top);
  const ceiling = latencyCeiling(curve.minutes);
  const yMs = (ms: number): number =>
    LATENCY.bottom - (Math.min(ms, ceiling) / ceiling) * (LATENCY.bottom - LATENCY.top);
  const minutes = curve.minutes.filter(({ minute }) => minute <= last);
  const points = (value: (minute: CurveMinute) => number | null, y: (value: number) => number): Point[] =>
    minutes.flatMap((minute) => {
      const found = value(minute);
      return found === null ? [] : [{ x: x(minute.minute), y: y(found) }];
    });
  const seen = (minute: CurveMinute): boolean =>
    minute.observed !== null && minute.observed.requests > 0 && minute.observed.complete;
  const parts = [
    rect(0, 0, WIDTH, HEIGHT, colours.page),
    text(LEFT - 42, 44, curve.title, { size: 24, weight: 650, fill: colours.ink }),
    text(LEFT - 42, 70, subtitle(curve), { size: 14, fill: colours.soft }),
    ...legend(colours),
    ...phases(curve, x, last, colours),
    ...[0, 0.25, 0.5, 0.75, 1].flatMap((rate) => [
      line(LEFT, yError(rate), RIGHT, yError(rate), colours.line),
      text(LEFT - 10, yError(rate) + 5, `${String(rate * 100)} %`, {
        size: 13,
        fill: colours.soft,
        anchor: 'end',
      }),
    ]),
    text(LEFT - 42, ERRORS.top - 12, 'Failed checkouts', { size: 14, weight: 600, fill: colours.ink }),
    ...latencyTicks(ceiling).flatMap((ms) => [
      line(LEFT, yMs(ms), RIGHT, yMs(ms), colours.line),
      text(LEFT - 10, yMs(ms) + 5, `${String(ms / 1000)} s`, { size: 13, fill: colours.soft, anchor: 'end' }),
    ]),
    text(LEFT - 42, LATENCY.top - 14, 'p95 of the response time', {
      size: 14,
      weight: 600,
      fill: colours.ink,
    }),
    ...minuteTicks(last).flatMap((minute) => [
      text(x(minute), LATENCY.bottom + 22, String(minute), {
        size: 13,
        fill: colours.soft,
        anchor: 'middle',
      }),
      line(x(minute), LATENCY.bottom, x(minute), LATENCY.bottom + 5, colours.soft),
    ]),
    text((LEFT + RIGHT) / 2, LATENCY.bottom + 44, 'demo minute', {
      size: 13,
      fill: colours.soft,
      anchor: 'middle',
    }),
    ...flowMark(curve, x, last, colours),
    ...eventMarks(curve, x, last, colours),
    polyline(
      points(({ predicted }) => predicted.errorRate, yError),
      colours.demo,
      2,
      '3 5',
    ),
    polyline(
      points(({ predicted }) => predicted.p95Ms, yMs),
      colours.demo,
      2,
      '3 5',
    ),
    polyline(
      points(({ baseline }) => baseline?.errorRate ?? null, yError),
      colours.baseline,
      3,
    ),
    polyline(
      points(({ baseline }) => baseline?.p95Ms ?? null, yMs),
      colours.baseline,
      3,
    ),
    area(
      points((minute) => (seen(minute) ? (minute.observed?.errorRate ?? null) : null), yError),
      yError(0),
      colours.demo,
    ),
    polyline(
      points((minute) => (seen(minute) ? (minute.observed?.errorRate ?? null) : null), yError),
      colours.demo,
      3.5,
    ),
    polyline(
      points((minute) => (seen(minute) ? (minute.observed?.p95Ms ?? null) : null), yMs),
      colours.demo,
      3.5,
    ),
    ...minutes
      .filter(({ target }) => target.graded)
      .map(({ minute, target }) =>
        diamond(x(minute), yError(target.errorRate), colours.target, colours.page),
      ),
  ];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" ` +
    `role="img" aria-label="${escape(label(curve))}" font-family="${FONT}">${parts.join('')}</svg>`
  );
}

function lastShown(curve: Curve): number {
  const seen = curve.minutes.findLast(({ observed }) => observed !== null)?.minute ?? 0;
  // The minutes of the story, or as far as the run went.
  return Math.max(seen + 1, curve.durationMinutes);
}

function subtitle(curve: Curve): string {
  const minute = curve.minuteSeconds === 60 ? '' : ` · a demo minute is ${String(curve.minuteSeconds)} s`;
  const scale = curve.scale === 1 ? '' : ` · scale ${String(curve.scale)}`;
  return `Run ${curve.runId}${curve.startedAt === null ? '' : ` · ${curve.startedAt.slice(0, 16).replace('T', ' ')} UTC`}${minute}${scale}`;
}

function label(curve: Curve): string {
  const peak = Math.max(0, ...curve.minutes.map(({ observed }) => observed?.errorRate ?? 0));
  return `${curve.title}: up to ${String(Math.round(peak * 100))} % of the checkouts failed; target, prediction, observation and baseline by demo minute`;
}

function legend(colours: Palette): string[] {
  const y = ERRORS.top - 12;
  const entries: [string, (x: number) => string][] = [
    ['checkouts, seen', (x) => line(x, y - 5, x + 26, y - 5, colours.demo, 3.5)],
    ['predicted', (x) => line(x, y - 5, x + 26, y - 5, colours.demo, 2, '3 5')],
    ['target', (x) => diamond(x + 13, y - 5, colours.target, colours.page)],
    ['browsing, seen', (x) => line(x, y - 5, x + 26, y - 5, colours.baseline, 3)],
  ];
  let x = RIGHT - 560;
  return entries.flatMap(([name, mark]) => {
    const drawn = [mark(x), text(x + 34, y, name, { size: 14, fill: colours.ink })];
    x += 60 + name.length * 7.4;
    return drawn;
  });
}

function phases(curve: Curve, x: (minute: number) => number, last: number, colours: Palette): string[] {
  return curve.phases
    .filter(({ fromMinute }) => fromMinute < last)
    .flatMap(({ fromMinute, title }, index) => {
      const to = Math.min(last, curve.phases[index + 1]?.fromMinute ?? last);
      const [left, right] = [x(fromMinute), x(to)];
      const room = Math.floor((right - left - 12) / 6.8);
      const name = title.length <= room ? title : (/^Act \d/.exec(title)?.[0] ?? '');
      return [
        ...(index % 2 === 0
          ? [rect(left, ERRORS.top, right - left, LATENCY.bottom - ERRORS.top, colours.band)]
          : []),
        text(left + 6, ERRORS.top + 18, name.length <= room ? name : '', { size: 12.5, fill: colours.soft }),
      ];
    });
}

function flowMark(curve: Curve, x: (minute: number) => number, last: number, colours: Palette): string[] {
  return curve.flowAlert.incidents
    .filter(({ fromMinute }) => fromMinute < last)
    .flatMap(({ fromMinute }) => {
      const at = x(fromMinute);
      return [
        line(at, ERRORS.top + 26, at, LATENCY.bottom, colours.alert, 1.5, '2 4'),
        text(at + 6, ERRORS.top + 40, `flow alert, minute ${String(fromMinute)}`, {
          size: 13,
          weight: 600,
          fill: colours.alert,
        }),
      ];
    });
}

/** What was done to the run: where a cause came back, where it was healed. */
function eventMarks(curve: Curve, x: (minute: number) => number, last: number, colours: Palette): string[] {
  return curve.events.flatMap(({ kind, minute, text: what }) => {
    if ((kind !== 'ablation' && kind !== 'ended') || minute === null || minute > last) return [];
    const at = x(minute);
    const name = kind === 'ended' ? 'healed' : what;
    const y = ERRORS.top + (kind === 'ended' ? 58 : 40);
    const fits = at + name.length * 7.4 + 12 < RIGHT;
    return [
      line(at, ERRORS.top, at, LATENCY.bottom, colours.ink, 1.2, '5 4'),
      text(fits ? at + 6 : at - 6, y, name, {
        size: 13,
        weight: 600,
        fill: colours.ink,
        ...(fits ? {} : { anchor: 'end' as const }),
      }),
    ];
  });
}

function latencyCeiling(minutes: readonly CurveMinute[]): number {
  const largest = Math.max(
    1000,
    ...minutes.flatMap(({ observed, predicted, baseline }) => [
      observed?.p95Ms ?? 0,
      predicted.p95Ms ?? 0,
      baseline?.p95Ms ?? 0,
    ]),
  );
  return Math.ceil(largest / 1000) * 1000;
}

function latencyTicks(ceiling: number): number[] {
  const step = ceiling > 5000 ? 2000 : 1000;
  return Array.from({ length: Math.floor(ceiling / step) + 1 }, (_, index) => index * step);
}

function minuteTicks(last: number): number[] {
  const step = last <= 12 ? 1 : last <= 60 ? 5 : 30;
  return Array.from({ length: Math.floor(last / step) + 1 }, (_, index) => index * step);
}

function text(
  x: number,
  y: number,
  content: string,
  options: { size: number; fill: string; weight?: number; anchor?: 'middle' | 'end' },
): string {
  if (content === '') return '';
  const weight = options.weight === undefined ? '' : ` font-weight="${options.weight}"`;
  const anchor = options.anchor === undefined ? '' : ` text-anchor="${options.anchor}"`;
  return `<text x="${px(x)}" y="${px(y)}" font-size="${options.size}" fill="${options.fill}"${weight}${anchor}>${escape(content)}</text>`;
}

function rect(x: number, y: number, width: number, height: number, fill: string): string {
  return `<rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" fill="${fill}"/>`;
}

function line(x1: number, y1: number, x2: number, y2: number, stroke: string, width = 1, dash = ''): string {
  const dashes = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
  return `<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" stroke="${stroke}" stroke-width="${width}"${dashes} stroke-linecap="round"/>`;
}

function polyline(points: readonly Point[], stroke: string, width: number, dash = ''): string {
  if (points.length === 0) return '';
  const dashes = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
  return `<polyline points="${points.map(pair).join(' ')}" fill="none" stroke="${stroke}" stroke-width="${width}"${dashes} stroke-linejoin="round" stroke-linecap="round"/>`;
}

function area(points: readonly Point[], floor: number, fill: string): string {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return '';
  const outline = [{ x: first.x, y: floor }, ...points, { x: last.x, y: floor }];
  return `<polygon points="${outline.map(pair).join(' ')}" fill="${fill}" fill-opacity="0.12"/>`;
}

function diamond(x: number, y: number, stroke: string, fill: string): string {
  const r = 7;
  return `<polygon points="${pair({ x, y: y - r })} ${pair({ x: x + r, y })} ${pair({ x, y: y + r })} ${pair({ x: x - r, y })}" fill="${fill}" stroke="${stroke}" stroke-width="2.2"/>`;
}

function pair({ x, y }: Point): string {
  return `${px(x)},${px(y)}`;
}

/** A pixel position with one decimal. */
function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Text for XML and HTML. */
export function escape(content: string): string {
  return content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
