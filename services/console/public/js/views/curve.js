import { attribute, button, h, messageOf } from '../../lib/dom.js';
import { scrollBox, table, text, twin, viewHead, whenChanged } from '../dom.js';
import { dollars, duration, figure, percent, percentExact, sentence } from '../format.js';
import { exportPng, exportSvg } from '../export.js';

/** @import { Curve, CurveMinute } from '../../../api/curve' */
/** @import { View } from '../types' */
/** @import uPlot from 'uplot' */

/** @typedef {ReturnType<typeof colours>} Colours */
/** @typedef {{ value: (minute: CurveMinute) => number | null | undefined, series: uPlot.Series }} Line */

const SYNC = 'curve';
/** Words for an event on the chart, where they are not its own text. @type {Readonly<Record<string, string>>} */
const EVENT_LABELS = { ended: 'healed', jumped: 'jump', slept: 'slept' };
const LEAST_HEIGHT = 150;
/** A minute that is not over is drawn when so much of it was seen (s). */
const PARTIAL_SECONDS = 12;
/** @type {Record<string, number>} */
const STEPS = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };

/** The colours of the charts are the page's tokens, as the theme resolves them now: a canvas knows no variables. */
function colours() {
  const probe = document.createElement('span');
  document.body.append(probe);
  const token = (/** @type {string} */ name) => {
    probe.style.color = `var(${name})`;
    return window.getComputedStyle(probe).color;
  };
  const found = {
    ink: token('--ink'),
    soft: token('--soft'),
    line: token('--line'),
    band: token('--band'),
    demo: token('--failing'),
    demoSoft: token('--failing-soft'),
    baseline: token('--healthy'),
    pool: token('--wait'),
    query: token('--scan'),
    alert: token('--degrading'),
    page: token('--surface'),
  };
  probe.remove();
  return found;
}

/**
 * A line of a chart.
 * @param {Line['value']} value @param {string} stroke @param {number} width @param {uPlot.Series} [extra] @returns {Line}
 */
const line = (value, stroke, width, extra = {}) => ({
  value,
  series: { stroke, width, points: { show: false }, spanGaps: false, ...extra },
});
const PREDICTED = { dash: [3, 5] };

/** A minute of which only the quick answers have come would lie. @param {CurveMinute} minute */
const seen = ({ observed }) =>
  observed && observed.requests > 0 && (observed.complete || (observed.seconds ?? 0) >= PARTIAL_SECONDS)
    ? observed
    : null;
/** @param {number | null | undefined} rate */
const percents = (rate) => (rate === null || rate === undefined ? null : rate * 100);
/** @param {number | null | undefined} ms */
const seconds = (ms) => (ms === null || ms === undefined ? null : ms / 1000);

/**
 * The three charts; `share` is of the height there is. Of the lines the last lies on top.
 * @type {{ name: string, share: number, legend: [kind: string, label: string][], unit: string, range: uPlot.Scale.Range, splits?: number[], lines: (c: Colours) => Line[] }[]}
 */
const CHARTS = [
  {
    name: 'Failed checkouts',
    share: 0.46,
    legend: [
      ['demo', 'seen'],
      ['predicted', 'predicted'],
      ['target', 'target'],
      ['baseline', 'browsing'],
    ],
    unit: ' %',
    range: [-2.5, 100],
    splits: [0, 25, 50, 75, 100],
    lines: (c) => [
      line(({ predicted }) => percents(predicted.errorRate), c.demo, 1.6, PREDICTED),
      line(({ baseline }) => percents(baseline?.errorRate), c.baseline, 3),
      line((minute) => percents(seen(minute)?.errorRate), c.demo, 3.5, { fill: c.demoSoft }),
      // Drawn as diamonds.
      line(({ target }) => (target.graded ? percents(target.errorRate) : null), c.ink, 0, {
        paths: () => null,
      }),
    ],
  },
  {
    name: 'Response time, p95',
    share: 0.27,
    legend: [
      ['demo', 'checkout'],
      ['predicted', 'predicted'],
      ['query', 'the statement alone'],
      ['baseline', 'browsing'],
    ],
    unit: ' s',
    range: (_plot, _min, max) => [0, Math.max(1, max * 1.1)],
    lines: (c) => [
      line(({ predicted }) => seconds(predicted.p95Ms), c.demo, 1.6, PREDICTED),
      line(({ query }) => seconds(query?.p95Ms), c.query, 2.5, { dash: [9, 4] }),
      line(({ baseline }) => seconds(baseline?.p95Ms), c.baseline, 3),
      line((minute) => seconds(seen(minute)?.p95Ms), c.demo, 3.5),
    ],
  },
  {
    name: 'Connection pool',
    share: 0.27,
    legend: [
      ['pool', 'in use'],
      ['waiting', 'waiting'],
      ['timeouts', 'gave up, a second'],
    ],
    unit: '',
    range: (_plot, _min, max) => [0, Math.max(10, max * 1.1)],
    lines: (c) => [
      line(({ pool }) => pool?.timeoutsPerSecond, c.alert, 0, {
        fill: c.alert,
        paths: window.uPlot.paths.bars?.({ size: [0.55, 26] }),
      }),
      line(({ pool }) => pool?.used, c.pool, 3.5),
      line(({ pool }) => pool?.waiting, c.ink, 2.2, { dash: [7, 4] }),
    ],
  },
];

/** Target, prediction and observation by demo minute; response times; the pool. @returns {View} */
export function curveView() {
  const subtitle = h('p.muted', { id: 'curve-subtitle' });
  const readout = h(
    'p.readout',
    { id: 'curve-readout' },
    'Move over the charts, or focus them and use the arrow keys.',
  );
  const live = h('p.visually-hidden', { role: 'status' });
  const boxes = CHARTS.map(chartBox);
  const charts = h(
    'div.charts',
    {
      tabindex: 0,
      role: 'application',
      'aria-roledescription': 'chart',
      'aria-label':
        'The run by demo minute. Left and right arrow keys read minute by minute; the table below has every figure.',
      onkeydown: key,
    },
    boxes.map(({ element }) => element),
  );
  const twinBody = scrollBox('The run by demo minute');
  const folded = twin('Every minute as a table', twinBody);
  const empty = h(
    'p.empty-note',
    { hidden: true },
    'No run yet. Start the outage on the Conductor, and its curve is drawn here as it happens.',
  );
  const actions = h(
    'div.actions',
    button('Save as PNG', () => void save(exportPng), 'quiet'),
    button('Save as SVG', () => void save(exportSvg), 'quiet'),
    h('a.button.quiet', { href: 'report', target: '_blank', rel: 'noopener' }, 'Open the report'),
    h('a.button.quiet', { href: 'report?download=true' }, 'Save the report'),
  );
  const element = h(
    'div.curve',
    viewHead('The curve', subtitle, actions),
    readout,
    live,
    empty,
    charts,
    folded,
  );
  /** @type {uPlot[]} */
  let plots = [];
  /** @type {Line[][]} */
  let lines = [];
  /** @type {Curve | null} */
  let curve = null;
  let drawnAs = '';
  /** @type {number | null} */
  let selected = null;

  async function save(/** @type {typeof exportPng} */ how) {
    try {
      await how(curve?.runId ?? null);
    } catch (error) {
      for (const place of [live, readout]) text(place, `Not saved: ${messageOf(error)}`);
    }
  }

  function key(/** @type {KeyboardEvent} */ event) {
    const step = STEPS[event.key];
    if (step === undefined || curve === null) return;
    event.preventDefault();
    const last = lastSeen(curve);
    const at = Math.max(0, Math.min(last, (selected ?? (step > 0 ? -1 : last + 1)) + step));
    selected = at;
    for (const plot of plots) plot.setCursor({ left: plot.valToPos(at, 'x'), top: 10 }, false);
    for (const place of [readout, live]) text(place, readoutOf(curve, at));
  }

  function hover(/** @type {number} */ index) {
    if (curve === null) return;
    selected = index;
    text(readout, readoutOf(curve, index));
  }

  const drawTwin = whenChanged(
    (/** @type {{ minutes: CurveMinute[], failing: number }} */ { minutes, failing }) =>
      twinBody.replaceChildren(minutesTable(minutes, failing)),
  );

  function draw() {
    if (curve === null || !element.isConnected) return;
    const width = charts.clientWidth;
    const as = `${curve.runId}|${width}|${document.documentElement.dataset.theme ?? ''}|${window.matchMedia('(prefers-color-scheme: dark)').matches}|${charts.clientHeight}`;
    const shown = curve;
    if (plots.length > 0 && as === drawnAs) {
      plots.forEach((plot, index) => plot.setData(dataOf(shown, lines[index]), true));
      return;
    }
    drawnAs = as;
    for (const plot of plots) plot.destroy();
    const c = colours();
    lines = CHARTS.map((chart) => chart.lines(c));
    plots = makePlots(boxes, lines, shown, c, () => curve, hover);
  }

  return {
    element,
    title: 'Curve',
    update(state, event) {
      if (event !== 'curve' && event !== 'shown' && event !== 'resize') return;
      curve = state.curve;
      attribute(empty, 'hidden', curve !== null);
      for (const part of [charts, readout, folded, actions]) attribute(part, 'hidden', curve === null);
      if (curve === null) return;
      text(subtitle, subtitleOf(curve));
      draw();
      const failing = state.pulse?.thresholds.failingErrorRate ?? 1;
      if (folded.open) drawTwin({ minutes: drawnMinutes(curve), failing });
    },
    hide() {
      for (const plot of plots) plot.destroy();
      plots = [];
    },
  };
}

/** @param {typeof CHARTS[number]} chart */
function chartBox({ name, legend }) {
  const body = h('div.plot', { 'aria-hidden': 'true' });
  const element = h(
    'section.chart',
    { 'aria-label': name },
    h(
      'header',
      h('h2', name),
      h(
        'ul.legend',
        legend.map(([kind, label]) => h('li', { class: `key ${kind}` }, label)),
      ),
    ),
    body,
  );
  return { element, body };
}

/**
 * The minutes that the outage shows, and those after them that were run: an outage is planned for longer than it shows.
 * @param {Curve} curve
 */
function drawnMinutes(curve) {
  return curve.minutes.slice(0, Math.max(curve.durationMinutes, lastSeen(curve) + 1));
}

/** The columns of a chart. @param {Curve} curve @param {Line[]} lines @returns {uPlot.AlignedData} */
function dataOf(curve, lines) {
  const minutes = drawnMinutes(curve);
  const columns = lines.map(({ value }) => minutes.map((minute) => value(minute) ?? null));
  return [minutes.map(({ minute }) => minute), ...columns];
}

/**
 * @param {ReturnType<typeof chartBox>[]} boxes
 * @param {Line[][]} lines
 * @param {Curve} shown
 * @param {Colours} c
 * @param {() => Curve | null} curve what is drawn now
 * @param {(index: number) => void} hover
 */
function makePlots(boxes, lines, shown, c, curve, hover) {
  const room = Math.max(
    LEAST_HEIGHT * 3.2,
    window.innerHeight - boxes[0].element.getBoundingClientRect().top - 190 + Math.min(0, window.scrollY),
  );
  /** @param {uPlot.Axis.Values} values @param {uPlot.Axis} [extra] @returns {uPlot.Axis} */
  const axis = (values, extra = {}) => ({
    stroke: c.soft,
    font: '13px system-ui, sans-serif',
    grid: { stroke: c.line, width: 1 },
    ticks: { stroke: c.line, width: 1, size: 4 },
    size: 58,
    values,
    ...extra,
  });
  return CHARTS.map(({ share, unit, range, splits }, index) => {
    const { body } = boxes[index];
    const isLast = index === CHARTS.length - 1;
    return new window.uPlot(
      {
        width: Math.max(240, body.clientWidth),
        height: Math.max(LEAST_HEIGHT, Math.round(room * share)),
        padding: [12, 14, 0, 0],
        legend: { show: false },
        cursor: { sync: { key: SYNC }, drag: { x: false, y: false }, points: { size: 9 }, y: false },
        scales: { x: { time: false }, y: { range } },
        series: [{}, ...lines[index].map(({ series }) => series)],
        axes: [
          axis((_plot, ticks) => ticks.map((tick) => (isLast ? String(tick) : '')), {
            size: isLast ? 30 : 8,
            incrs: [1, 5, 10, 30, 60],
            space: 36,
          }),
          axis((_plot, ticks) => ticks.map((tick) => `${tick}${unit}`), splits && { splits: () => splits }),
        ],
        hooks: {
          drawClear: [(drawn) => drawBands(drawn, curve(), c, index === 0)],
          draw: [(drawn) => drawMarks(drawn, curve(), c, index === 0)],
          setCursor: [({ cursor: { idx } }) => index === 0 && typeof idx === 'number' && hover(idx)],
        },
      },
      dataOf(shown, lines[index]),
      body,
    );
  });
}

/**
 * Phases behind, the named one at its left end.
 * @param {uPlot} plot @param {Curve | null} curve @param {Colours} c @param {boolean} named
 */
function drawBands(plot, curve, c, named) {
  if (curve === null) return;
  const { ctx, bbox } = plot;
  const ratio = window.devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  curve.phases.forEach(({ fromMinute, title }, index) => {
    const left = plot.valToPos(fromMinute, 'x', true);
    const to = curve.phases[index + 1]?.fromMinute ?? curve.durationMinutes;
    const right = plot.valToPos(to, 'x', true);
    if (index % 2 === 0) {
      ctx.fillStyle = c.band;
      ctx.fillRect(left, bbox.top, right - left, bbox.height);
    }
    if (!named) return;
    ctx.fillStyle = c.soft;
    ctx.font = `${13 * ratio}px system-ui, sans-serif`;
    ctx.textBaseline = 'top';
    ctx.textAlign = 'left';
    const short = /^Act \d/.exec(title)?.[0] ?? '';
    const room = right - left - 12 * ratio;
    const label =
      ctx.measureText(title).width <= room ? title : ctx.measureText(short).width <= room ? short : '';
    ctx.fillText(label, left + 7 * ratio, bbox.top + 6 * ratio);
  });
  ctx.restore();
}

/**
 * Targets, the flow alert, what was done, and where the clock is.
 * @param {uPlot} plot @param {Curve | null} curve @param {Colours} c @param {boolean} isErrors
 */
function drawMarks(plot, curve, c, isErrors) {
  if (curve === null) return;
  const { ctx, bbox } = plot;
  const ratio = window.devicePixelRatio;
  /** @param {number} minute @param {string} stroke @param {number[]} dash @param {number} width */
  const upright = (minute, stroke, dash, width) => {
    const x = plot.valToPos(minute, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) return null;
    ctx.strokeStyle = stroke;
    ctx.lineWidth = width * ratio;
    ctx.setLineDash(dash.map((part) => part * ratio));
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.setLineDash([]);
    return x;
  };
  ctx.save();
  ctx.font = `600 ${13 * ratio}px system-ui, sans-serif`;
  ctx.textBaseline = 'top';
  ctx.textAlign = 'left';
  for (const { kind, minute, text: what } of curve.events) {
    if (minute === null || !['ablation', 'ended', 'jumped', 'slept'].includes(kind)) continue;
    const x = upright(minute, c.ink, [5, 4], 1.2);
    if (x === null || !isErrors) continue;
    ctx.fillStyle = c.ink;
    const label = EVENT_LABELS[kind] ?? what;
    const width = ctx.measureText(label).width;
    const left = x + width + 12 * ratio > bbox.left + bbox.width ? x - width - 6 * ratio : x + 6 * ratio;
    ctx.fillText(label, left, bbox.top + (kind === 'ended' ? 44 : 62) * ratio);
  }
  for (const { fromMinute } of curve.flowAlert.incidents) {
    const x = upright(fromMinute, c.alert, [2, 3], 2);
    if (x === null || !isErrors) continue;
    ctx.fillStyle = c.alert;
    ctx.fillText(`▲ flow alert, minute ${fromMinute}`, x + 6 * ratio, bbox.top + 26 * ratio);
  }
  if (curve.minute !== null && curve.state === 'running') upright(curve.minute, c.soft, [], 1.5);
  if (isErrors) {
    ctx.lineWidth = 2.2 * ratio;
    for (const { minute, target } of curve.minutes) {
      if (!target.graded) continue;
      const x = plot.valToPos(minute, 'x', true);
      const y = plot.valToPos(target.errorRate * 100, 'y', true);
      const r = 7 * ratio;
      ctx.beginPath();
      ctx.moveTo(x, y - r);
      ctx.lineTo(x + r, y);
      ctx.lineTo(x, y + r);
      ctx.lineTo(x - r, y);
      ctx.closePath();
      ctx.fillStyle = c.page;
      ctx.strokeStyle = c.ink;
      ctx.fill();
      ctx.stroke();
    }
  }
  ctx.restore();
}

/** @param {Curve} curve */
function lastSeen({ minutes }) {
  return Math.max(
    0,
    minutes.findLastIndex(({ observed }) => observed !== null),
  );
}

/** @param {Curve} curve @param {number} index */
function readoutOf(curve, index) {
  const at = curve.minutes[index];
  if (!at) return '';
  const { minute, phase, observed, predicted, target, baseline, query, pool } = at;
  const parts = [`Minute ${minute}, ${sentence(phase)}`];
  if (observed === null) {
    parts.push(
      `target ${percent(target.errorRate)}`,
      `predicted ${percent(predicted.errorRate)}`,
      'not seen yet',
    );
    return parts.join(' · ');
  }
  parts.push(
    `${percentExact(observed.errorRate)} failed${observed.complete ? '' : ' so far'} (target ${percent(target.errorRate)}, predicted ${percent(predicted.errorRate)})`,
    `p95 ${duration(observed.p95Ms)}`,
  );
  if (query) parts.push(`statement ${duration(query.p95Ms)}`);
  if (pool)
    parts.push(
      `pool ${figure(pool.used)} of ${figure(pool.max)}, ${figure(pool.waiting)} waiting, ${figure(pool.timeouts)} gave up`,
    );
  parts.push(
    `browsing ${percent(baseline?.errorRate)} failed, ${duration(baseline?.p95Ms)}`,
    `${dollars(observed.lostUsd)} lost`,
  );
  return parts.join(' · ');
}

/** @param {Curve} curve */
function subtitleOf(curve) {
  const parts = [curve.title, `run ${curve.runId}`];
  if (curve.minuteSeconds !== 60) parts.push(`a demo minute is ${curve.minuteSeconds} s`);
  if (curve.scale !== 1) parts.push(`scale ${curve.scale}`);
  if (curve.state === 'ended') parts.push('healed');
  return parts.join(' · ');
}

/** @type {[head: string, cell: (minute: CurveMinute, failing: number) => import('../dom.js').Cell][]} */
const COLUMNS = [
  ['minute', ({ minute, target }) => `${minute}${target.graded ? ' ◆' : ''}`],
  ['phase', ({ phase }) => ({ text: sentence(phase), class: 'text' })],
  ['target', ({ target }) => percent(target.errorRate)],
  ['predicted', ({ predicted }) => percent(predicted.errorRate)],
  [
    'failed',
    ({ observed }, failing) => ({
      text: percent(observed?.errorRate),
      class: (observed?.errorRate ?? 0) > failing ? 'bad' : null,
    }),
  ],
  ['p95', ({ observed }) => duration(observed?.p95Ms)],
  ['statement p95', ({ query }) => duration(query?.p95Ms)],
  ['pool used', ({ pool }) => (pool ? `${figure(pool.used)} of ${figure(pool.max)}` : '–')],
  ['waiting', ({ pool }) => figure(pool?.waiting)],
  ['gave up', ({ pool }) => figure(pool?.timeouts)],
  ['browsing failed', ({ baseline }) => percent(baseline?.errorRate)],
  ['its p95', ({ baseline }) => duration(baseline?.p95Ms)],
  ['lost', ({ observed }) => dollars(observed?.lostUsd)],
];

/** @param {CurveMinute[]} minutes @param {number} failing from this error rate on a figure is marked */
const minutesTable = (minutes, failing) =>
  table(
    'The run by demo minute',
    COLUMNS.map(([head]) => head),
    minutes.map((minute) => COLUMNS.map(([, cell]) => cell(minute, failing))),
  );
