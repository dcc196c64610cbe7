import { h, s } from '../lib/dom.js';
import { table } from './dom.js';
import { figure, percent } from './format.js';

/** @import { ServiceMapAnswer, MapEdge } from '../../api/service-map' */
/** @import { Thresholds } from './health.js' */

/** Columns by distance from the load generator, rows where edges cross least. */
/** @type {Record<string, [column: number, row: number]>} */
const PLACES = {
  'load-generator': [0, 3],
  storefront: [0, 4.5],
  frontend: [1, 3],
  cart: [2, 0],
  currency: [2, 1],
  'ad-service': [2, 2],
  'product-catalog': [2, 3],
  shipping: [2, 4],
  inventory: [2, 5],
  payment: [2, 6],
  checkout: [2, 7],
  recommendation: [3, 2],
  notification: [3, 7],
  redis: [4, 0.5],
  postgresql: [4, 4.5],
};
const BOX = { width: 168, height: 56 };
const STEP = { x: 268, y: 92 };
const MARGIN = { x: 12, y: 26 };
const WIDTH = MARGIN.x * 2 + STEP.x * 4 + BOX.width;
const HEIGHT = MARGIN.y * 2 + STEP.y * 7 + BOX.height;

const COHORTS = /** @type {const} */ (['baseline', 'demo']);

/**
 * The services and their calls, with both cohorts' error rates on each edge.
 * @param {ServiceMapAnswer} map @param {Thresholds} thresholds
 */
export function serviceMap({ nodes, edges }, { degradingErrorRate }) {
  const isBad = (/** @type {{ errorRate: number | null } | undefined} */ of) =>
    (of?.errorRate ?? 0) > degradingErrorRate;
  const places = new Map(Object.entries(PLACES));
  nodes
    .filter(({ name }) => !places.has(name))
    .forEach(({ name }, index) => places.set(name, [3, 4 + index]));
  const at = (/** @type {string} */ name) => {
    const [column, row] = places.get(name) ?? [0, 0];
    return { x: MARGIN.x + column * STEP.x, y: MARGIN.y + row * STEP.y };
  };
  const drawing = s('svg.map', {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    role: 'img',
    'aria-label':
      'Calls between the services within the last minute, with the error rates of both cohorts; the table below has the same figures',
  });
  /** @type {{ x: number, y: number, present: ('baseline' | 'demo')[], traffic: MapEdge['traffic'] }[]} */
  const labels = [];
  for (const { from, to, traffic } of edges) {
    if (!places.has(from) || !places.has(to)) continue;
    const [a, b] = [at(from), at(to)];
    const [x1, y1, x2, y2] = [a.x + BOX.width, a.y + BOX.height / 2, b.x, b.y + BOX.height / 2];
    const bend = Math.max(36, (x2 - x1) * 0.5);
    const present = COHORTS.filter((cohort) => (traffic[cohort]?.calls ?? 0) > 0);
    present.forEach((cohort, index) => {
      const shift = present.length === 2 ? (index === 0 ? -3.5 : 3.5) : 0;
      drawing.append(
        s('path', {
          class: `edge ${cohort}${isBad(traffic[cohort]) ? ' failing' : ''}`,
          d: `M${x1} ${y1 + shift}C${x1 + bend} ${y1 + shift} ${x2 - bend} ${y2 + shift} ${x2} ${y2 + shift}`,
        }),
      );
    });
    // Figures where the callee is: there the edges have parted. Of the page, which meets the load's there, where it is.
    const label = from === 'storefront' ? { x: x1 + 60, y: y1 } : { x: x2 - 8, y: y2 };
    if (present.length > 0) labels.push({ ...label, present, traffic });
  }
  for (const { name, kind, active, traffic } of nodes) {
    const { x, y } = at(name);
    const bad = COHORTS.some((cohort) => isBad(traffic[cohort]));
    drawing.append(
      s(
        'g',
        {
          class: `node ${kind}${active ? '' : ' silent'}${bad ? ' failing' : ''}`,
          transform: `translate(${x} ${y})`,
        },
        s('rect', { width: BOX.width, height: BOX.height, rx: kind === 'database' ? 28 : 12 }),
        s('text.node-name', { x: BOX.width / 2, y: kind === 'database' ? 34 : 24 }, name),
        kind === 'database'
          ? ''
          : s(
              'text.node-figure',
              { x: BOX.width / 2, y: 43 },
              traffic.all && traffic.all.requests > 0
                ? `${figure(traffic.all.rpm)} a minute`
                : active
                  ? 'active'
                  : 'silent',
            ),
      ),
    );
  }
  for (const { x, y, present, traffic } of labels) {
    present.forEach((cohort, index) => {
      const dy = present.length === 2 ? (index === 0 ? -7 : 17) : -7;
      drawing.append(
        s(
          'text',
          { class: `edge-label ${cohort}${isBad(traffic[cohort]) ? ' failing' : ''}`, x, y: y + dy },
          percent(traffic[cohort]?.errorRate),
        ),
      );
    });
  }
  return drawing;
}

/** The same as a table. @param {ServiceMapAnswer} map @param {Thresholds} thresholds */
export function mapTable({ edges }, { degradingErrorRate }) {
  /** @param {MapEdge['traffic']['demo']} cohort @returns {import('./dom.js').Cell[]} */
  const cells = (cohort) => [
    cohort ? figure(cohort.rate * 60) : '–',
    {
      text: cohort ? percent(cohort.errorRate) : '–',
      class: (cohort?.errorRate ?? 0) > degradingErrorRate ? 'bad' : null,
    },
  ];
  return table(
    'Calls between services within the last minute',
    ['call', 'baseline a minute', 'failed', 'demo a minute', 'failed'],
    edges.map(({ from, to, traffic }) => [
      `${from} → ${to}`,
      ...cells(traffic.baseline),
      ...cells(traffic.demo),
    ]),
    'No calls seen yet.',
  );
}

/** @param {Thresholds} thresholds */
export function mapLegend({ degradingErrorRate }) {
  return h(
    'ul.legend',
    h('li.key.baseline', 'baseline, share of failed calls'),
    h('li.key.dashed', 'demo, share of failed calls'),
    h('li.key.failing-key', `more than ${figure(degradingErrorRate * 100)} % fail`),
  );
}
