/** The console's page: polls the reading end points once a second and shows them. Texts go in as text, never as HTML. */

const POLL_MS = 1000;
const SLOW_EVERY = 3;

const byId = (id) => document.getElementById(id);

/** An element with attributes and children (nodes or texts). */
function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null) node.setAttribute(key, value);
  node.append(...children.filter((child) => child !== null));
  return node;
}

const SVG = 'http://www.w3.org/2000/svg';
function shape(name, attributes, ...children) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes))
    if (value !== '') node.setAttribute(key, String(value));
  node.append(...children);
  return node;
}

const number = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const dollars = new Intl.NumberFormat('en-US', {
  style: 'currency',
  currency: 'USD',
  maximumFractionDigits: 0,
});
const NONE = '–';
const percent = (rate) => (rate === null || rate === undefined ? NONE : `${number.format(rate * 100)} %`);
const figure = (value) => (value === null || value === undefined ? NONE : number.format(value));
function duration(ms) {
  if (ms === null || ms === undefined) return NONE;
  return ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms < 10 ? ms.toFixed(1) : whole.format(ms)} ms`;
}

async function get(path) {
  const response = await fetch(path, { signal: AbortSignal.timeout(4000) });
  const body = await response.json();
  if (!response.ok)
    throw Object.assign(new Error(body.error ?? `HTTP ${response.status}`), { answered: true });
  return body;
}

/** What a lane's figures amount to; said in a word, coloured besides. */
function stateOf(stats) {
  if (stats.requests === 0) return 'no traffic';
  if (stats.errorRate > 0.2) return 'failing';
  if (stats.errorRate > 0.02 || stats.p95Ms > 2000) return 'degrading';
  return 'healthy';
}

function showLane(id, stats, revenue) {
  const lane = byId(id);
  const state = stateOf(stats);
  lane.dataset.state = state;
  lane.querySelector('.state').textContent = state;
  const entry = (term, value, unit) =>
    element(
      'div',
      {},
      element('dt', {}, term),
      element('dd', {}, value, unit ? element('small', {}, ` ${unit}`) : null),
    );
  lane
    .querySelector('dl')
    .replaceChildren(
      entry('requests', figure(stats.rpm), 'rpm'),
      entry('errors', percent(stats.errorRate)),
      entry('p50', duration(stats.p50Ms)),
      entry('p95', duration(stats.p95Ms)),
      ...(revenue === null ? [] : [entry('lost revenue', dollars.format(revenue))]),
    );
}

function showTable(table, heads, rows, empty) {
  const head = element('tr', {}, ...heads.map((text) => element('th', { scope: 'col' }, text)));
  const body = rows.map((cells) =>
    element(
      'tr',
      {},
      ...cells.map((cell) =>
        typeof cell === 'object' ? element('td', { class: cell.class }, cell.text) : element('td', {}, cell),
      ),
    ),
  );
  if (body.length === 0)
    body.push(element('tr', {}, element('td', { class: 'empty', colspan: heads.length }, empty)));
  table.replaceChildren(element('thead', {}, head), element('tbody', {}, ...body));
}

const errorCell = (stats) => ({
  text: percent(stats?.errorRate),
  class: stats?.errorRate > 0.02 ? 'bad' : null,
});

const FLOW = [
  ['slowQuery', 'slow query'],
  ['fullTableScan', 'full scan'],
  ['poolExhausted', 'pool exhausted'],
  ['checkoutFailed', 'checkout failed'],
];

function showSummary(summary) {
  const { scenario, telemetry } = summary;
  const now = summary.windows.last10s.traffic;
  showLane('lane-baseline', now.baseline, null);
  showLane('lane-demo', now.demo, summary.run ? summary.run.lostRevenueUsd : summary.lostRevenueUsd);
  const minute =
    scenario?.minute === null || scenario?.minute === undefined ? null : Math.floor(scenario.minute);
  byId('clock').textContent =
    scenario === null
      ? 'no scenario known yet'
      : [
          minute === null ? null : `minute ${minute}`,
          scenario.phaseTitle,
          scenario.paused ? 'paused' : null,
          scenario.ablation ? `ablation: ${scenario.ablation}` : null,
        ]
          .filter(Boolean)
          .join(' · ');
  byId('facts').replaceChildren(
    ...[
      scenario ? `Scenario: ${scenario.mode} (${scenario.source})` : null,
      `Telemetry: ${telemetry.arriving ? 'arriving' : telemetry.lastSpanAgeMs === null ? 'none yet' : `silent for ${whole.format(telemetry.lastSpanAgeMs / 1000)} s`}`,
      summary.redis ? `Redis: ${summary.redis}` : null,
    ]
      .filter(Boolean)
      .map((text) => element('li', {}, text)),
  );
  byId('run').textContent = summary.run ? `run ${summary.run.runId}` : '';
  showTable(
    byId('minutes'),
    [
      'minute',
      'phase',
      'demo rpm',
      'errors',
      'p50',
      'p95',
      'baseline rpm',
      'errors',
      'p95',
      'lost revenue',
      'seen on demo spans',
    ],
    (summary.run?.minutes ?? []).toReversed().map(({ minute: at, phase, traffic, lostRevenueUsd, flow }) => [
      String(at),
      { text: phase ?? NONE, class: 'text' },
      figure(traffic.demo.rpm),
      errorCell(traffic.demo),
      duration(traffic.demo.p50Ms),
      duration(traffic.demo.p95Ms),
      figure(traffic.baseline.rpm),
      errorCell(traffic.baseline),
      duration(traffic.baseline.p95Ms),
      dollars.format(lostRevenueUsd),
      {
        text:
          FLOW.filter(([key]) => flow[key] > 0)
            .map(([, text]) => text)
            .join(', ') || NONE,
        class: 'text',
      },
    ]),
    'No run yet: its minutes will appear here.',
  );
  showTable(
    byId('services'),
    ['service', 'rpm', 'errors', 'p50', 'p95', 'demo errors', 'baseline errors'],
    Object.entries(summary.windows.last60s.services).map(([name, stats]) => [
      name,
      figure(stats.all.rpm),
      errorCell(stats.all),
      duration(stats.all.p50Ms),
      duration(stats.all.p95Ms),
      errorCell(stats.demo),
      errorCell(stats.baseline),
    ]),
    'No service has reported within the last minute.',
  );
  showTable(
    byId('pools'),
    ['pool', 'used', 'idle', 'max', 'waiting', 'timeouts', 'mean wait'],
    summary.pools.map((pool) => [
      `${pool.service} · ${pool.pool}`,
      figure(pool.used),
      figure(pool.idle),
      figure(pool.max),
      figure(pool.pending),
      figure(pool.timeouts),
      duration(pool.meanWaitMs),
    ]),
    'No pool metrics yet.',
  );
}

/** Columns of the map, by distance from the load generator. */
const COLUMNS = [
  ['load-generator'],
  ['frontend'],
  ['cart', 'product-catalog', 'ad-service', 'currency', 'shipping', 'payment', 'checkout'],
  ['recommendation'],
  ['postgresql', 'redis'],
];
const BOX = { width: 118, height: 40 };

function showMap({ nodes, edges }) {
  const placed = new Map();
  const columns = COLUMNS.map((column) => [...column]);
  for (const { name } of nodes) if (!columns.flat().includes(name)) columns[3].push(name);
  const width = 760;
  const height = 440;
  columns.forEach((column, x) => {
    column.forEach((name, y) => {
      placed.set(name, {
        x: BOX.width / 2 + 4 + (x * (width - BOX.width - 8)) / (columns.length - 1),
        y: (height * (y + 0.5)) / column.length,
      });
    });
  });
  const drawing = shape('svg', {
    class: 'map',
    viewBox: `0 0 ${width} ${height}`,
    role: 'img',
    'aria-label': 'Calls between services; the same figures are in the list below',
  });
  for (const { from, to, traffic } of edges) {
    const [a, b] = [placed.get(from), placed.get(to)];
    if (!a || !b) continue;
    const [x1, x2] = [a.x + BOX.width / 2, b.x - BOX.width / 2];
    const bend = Math.max(24, (x2 - x1) / 2);
    const failing = Object.values(traffic).some(({ errorRate }) => errorRate > 0.02);
    drawing.append(
      shape('path', {
        d: `M${x1} ${a.y} C${x1 + bend} ${a.y} ${x2 - bend} ${b.y} ${x2} ${b.y}`,
        class: failing ? 'failing' : '',
      }),
    );
  }
  for (const { name, active, traffic } of nodes) {
    const at = placed.get(name);
    const rate = traffic.all?.errorRate;
    const group = shape('g', {
      class: [active ? '' : 'silent', rate > 0.02 ? 'failing' : ''].join(' ').trim(),
    });
    group.append(
      shape('rect', {
        x: at.x - BOX.width / 2,
        y: at.y - BOX.height / 2,
        width: BOX.width,
        height: BOX.height,
        rx: 8,
      }),
      shape('text', { x: at.x, y: at.y - 3 }, name),
      shape(
        'text',
        { x: at.x, y: at.y + 12, class: 'figure' },
        traffic.all?.requests
          ? `${whole.format(traffic.all.rpm)} rpm · ${percent(rate)}`
          : active
            ? 'active'
            : 'silent',
      ),
    );
    drawing.append(group);
  }
  const list = element('table', {});
  const cells = (cohort) => [figure(cohort ? cohort.rate * 60 : null), errorCell(cohort)];
  showTable(
    list,
    ['call', 'baseline rpm', 'errors', 'demo rpm', 'errors'],
    edges.map(({ from, to, traffic }) => [
      `${from} → ${to}`,
      ...cells(traffic.baseline),
      ...cells(traffic.demo),
    ]),
    'No calls seen yet.',
  );
  const open = byId('map').querySelector('details')?.open ?? false;
  const details = element('details', {}, element('summary', {}, 'as a list'), list);
  details.open = open;
  byId('map').replaceChildren(drawing, details);
}

function showTraces(list, traces, empty) {
  list.replaceChildren(
    ...(traces.length === 0
      ? [element('li', { class: 'muted' }, empty)]
      : traces.map((trace) =>
          element(
            'li',
            {},
            element('a', { href: `#trace=${trace.traceId}` }, `${trace.start.slice(11, 19)} ${trace.name}`),
            ` ${duration(trace.durationMs)} · ${trace.spans} spans · ${trace.services.length} services`,
          ),
        )),
  );
}

function spanItem(span, total) {
  const failed = span.status.code === 'ERROR';
  const bar = shape('svg', {
    class: 'span-bar',
    viewBox: '0 0 1000 8',
    preserveAspectRatio: 'none',
    'aria-hidden': 'true',
  });
  bar.append(
    shape('rect', {
      x: (span.startOffsetMs / total) * 1000,
      y: 0,
      height: 8,
      width: Math.max(2, (span.durationMs / total) * 1000),
      class: failed ? 'error' : '',
    }),
  );
  const attributes = element('dl', { class: 'attributes' });
  const add = (term, value) => attributes.append(element('dt', {}, term), element('dd', {}, value));
  if (span.status.message) add('status', span.status.message);
  for (const [key, value] of Object.entries(span.attributes))
    add(key, typeof value === 'string' ? value : JSON.stringify(value));
  for (const event of span.events)
    add(`event at ${duration(event.offsetMs)}`, `${event.name} ${JSON.stringify(event.attributes)}`);
  for (const link of span.links) {
    const text = `span ${link.spanId} of trace ${link.traceId} ${JSON.stringify(link.attributes)}`;
    add(
      'link',
      link.available ? element('a', { href: `#trace=${link.traceId}` }, text) : `${text} (no longer kept)`,
    );
  }
  return element(
    'li',
    {},
    element(
      'details',
      {},
      element(
        'summary',
        { class: failed ? 'bad' : null },
        `${span.service} · ${span.name} · ${duration(span.durationMs)}${failed ? ' · error' : ''}${span.links.length ? ` · ${span.links.length} links` : ''}`,
        bar,
      ),
      attributes,
    ),
    span.children.length ? element('ul', {}, ...span.children.map((child) => spanItem(child, total))) : null,
  );
}

async function showTrace() {
  const id = /^#trace=([0-9a-f]{32})$/.exec(location.hash)?.[1];
  const view = byId('trace');
  view.hidden = id === undefined;
  if (id === undefined) return;
  try {
    const trace = await get(`/api/traces/${id}`);
    view.replaceChildren(
      element('h3', {}, `Trace ${trace.traceId}`),
      element(
        'p',
        { class: 'muted' },
        `${trace.traffic} · ${trace.failed ? 'failed' : 'succeeded'} · ${duration(trace.durationMs)} · ${trace.spans} spans · ${trace.depth} deep${trace.complete ? '' : ' · some spans may be missing'}`,
      ),
      element(
        'ul',
        { class: 'spans' },
        ...trace.roots.map((root) => spanItem(root, Math.max(trace.durationMs, 0.001))),
      ),
    );
  } catch (error) {
    view.replaceChildren(element('p', {}, error.message));
  }
  view.focus();
  view.scrollIntoView({ block: 'nearest' });
}

let round = 0;
async function poll() {
  try {
    showSummary(await get('/api/summary?minute_services=false'));
    if (round % SLOW_EVERY === 0) {
      const [map, failed, healthy] = await Promise.all([
        get('/api/service-map'),
        get('/api/traces?traffic=demo&error=true&limit=5'),
        get('/api/traces?traffic=demo&error=false&limit=5'),
      ]);
      showMap(map);
      showTraces(byId('failed'), failed.traces, 'None: no demo checkout has failed lately.');
      showTraces(byId('healthy'), healthy.traces, 'None yet.');
    }
    round += 1;
    byId('connection').hidden = true;
  } catch (error) {
    byId('connection').textContent = error.answered
      ? `The console answered: ${error.message}`
      : 'No connection to the console: figures are old. Trying again.';
    byId('connection').hidden = false;
  }
  setTimeout(poll, POLL_MS);
}

window.addEventListener('hashchange', () => void showTrace());
void poll();
void showTrace();
