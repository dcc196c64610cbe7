import { attribute, h, messageOf } from '../../lib/dom.js';
import { listing, scrollBox, text, twin, viewHead, whenChanged } from '../dom.js';
import { duration, figure, percent, timeOfDay } from '../format.js';
import { mapLegend, mapTable, serviceMap } from '../map.js';
import { linkButton, sharesBar, vendorLink, waterfall } from '../waterfall.js';

/** @import { ExplainAnswer } from '../../../api/explain' */
/** @import { Pulse } from '../../../api/pulse' */
/** @import { ServiceMapAnswer } from '../../../api/service-map' */
/** @import { TraceHeader, TraceTree } from '../../../api/trace-tree' */
/** @import { State, View } from '../types' */
/** @import { SpanLink, Vendor } from '../waterfall.js' */

const NEWEST = 'newest';
/** The newest trace is shown anew so often (ms): it must be possible to read it. */
const RENEW_MS = 8000;
/** Traces that can be chosen. */
const LISTED = 14;

/** Why: two traces side by side, the chain from cause to effect, the query's plan, the map. @returns {View} */
export function whyView() {
  const chain = causeChain();
  const subject = h('p.muted');
  const healthy = pane('healthy', 'A healthy checkout');
  const failing = pane('failing', 'A failed checkout');
  // What held the pool, or the row, opens beside the wait that it caused.
  failing.onFollow(({ traceId, spanId }) => healthy.pin(traceId, spanId));
  healthy.onFollow(({ traceId, spanId }) => failing.pin(traceId, spanId));
  const plans = explainPanel();
  const map = mapPanel();
  const folded = h('input', { type: 'checkbox', id: 'all-spans' });
  folded.addEventListener('change', () => {
    for (const each of [healthy, failing]) each.fold(!folded.checked);
  });
  const element = h(
    'div.why',
    viewHead('Why', subject, h('p.check', folded, h('label', { for: 'all-spans' }, 'every span'))),
    chain.element,
    h('div.panes', healthy.element, failing.element),
    plans.element,
    map.element,
  );
  return {
    element,
    title: 'Why',
    navigate(hash) {
      const id = /trace=([0-9a-f]{32})/.exec(hash)?.[1];
      if (id) failing.pin(id, null);
    },
    update(state) {
      chain.update(state);
      if (state.pulse) {
        const { lacks, statement } = state.pulse.queue;
        text(subject, `The same checkout, with and without ${lacks}.`);
        // Another outage leaves the plan as it is.
        attribute(plans.element, 'hidden', statement !== 'recommendation');
      }
      const trace = state.conductor?.links.trace ?? null;
      /** @type {Vendor} */
      const vendor = trace === null ? null : (id) => trace.replaceAll('{traceId}', id);
      if (state.traces) {
        // The quick ones first; slow successes and browsing can be chosen, too.
        const { healthy: quick, slow, baseline } = state.traces;
        const clean = [...quick].sort((a, b) => Number(a.failedSpans > 0) - Number(b.failedSpans > 0));
        healthy.update([...clean.slice(0, 6), ...slow.slice(0, 4), ...baseline.slice(0, 4)], vendor);
        // A trace that waited in vain tells the story; another failure only if there is no such one.
        failing.update(
          [...state.traces.failing].sort((a, b) => Number(b.waitedInVain) - Number(a.waitedInVain)),
          vendor,
        );
      }
      if (state.explain) plans.update(state.explain);
      if (state.map && state.pulse) map.update(state.map, state.pulse);
    },
  };
}

/** `?embed=map`. @returns {View} */
export function mapOnlyView() {
  const map = mapPanel('h1');
  return {
    element: h('div.why', map.element),
    title: 'Service map',
    update: ({ map: found, pulse }) => found && pulse && map.update(found, pulse),
  };
}

/** From the outage's causes to its effect, each step with the figure that shows it now. */
function causeChain() {
  const element = h('ol.chain', { 'aria-label': 'From cause to effect' });
  /** @param {import('../../../../../scenario/causes/cause').ChainLink} link */
  const step = ({ title, value, note, bad }) => {
    const figures = typeof value === 'string' ? value : duration(value.ms);
    const item = h('li', h('h2', title), h('p.chain-value', figures), h('p.muted', note));
    attribute(item, 'data-bad', bad);
    return item;
  };
  const draw = listing(element, step);
  return {
    element,
    update(/** @type {State} */ { pulse }) {
      if (!pulse) return;
      const { chain, demo, baseline, thresholds } = pulse;
      const checkouts = {
        title: 'Checkouts',
        value: `${percent(demo.errorRate)} fail`,
        note: `p95 ${duration(demo.p95Ms)}; browsing ${percent(baseline.errorRate)}`,
        bad: (demo.errorRate ?? 0) > thresholds.degradingErrorRate,
      };
      draw([...chain, checkouts]);
    },
  };
}

/**
 * One trace, and the choice of others like it.
 * @param {string} kind @param {string} title
 */
function pane(kind, title) {
  const choice = h('select', { id: `choose-${kind}` });
  const heading = h('p.pane-head');
  const links = h('p.pane-links');
  const bar = sharesBar();
  const body = h('div.pane-body', h('p.muted', 'None has come yet.'));
  const element = h(
    'section.card.pane',
    { 'data-kind': kind, 'aria-label': title },
    h(
      'header.pane-top',
      h('h2', title),
      h('p.field.inline', h('label', { for: `choose-${kind}` }, 'Show'), choice),
    ),
    heading,
    bar.element,
    body,
    links,
  );
  /** What a followed link does. @type {(link: SpanLink) => void} */
  let follow = () => undefined;
  /** @type {string | null} */
  let pinned = null;
  /** @type {string | null} */
  let shownId = null;
  let shownAt = 0;
  /** @type {TraceTree | null} */
  let trace = null;
  let isFolded = true;
  /** @type {Vendor} */
  let vendor = null;
  /** @type {string | null} */
  let selected = null;
  let loading = false;
  let reading = false;

  async function load(/** @type {string} */ id) {
    if (loading) return;
    loading = true;
    try {
      const response = await fetch(`api/traces/${encodeURIComponent(id)}`, {
        signal: AbortSignal.timeout(5000),
      });
      const answer = await response.json();
      if (!response.ok) throw new Error(answer.error);
      trace = answer;
      shownId = id;
      shownAt = Date.now();
      reading = false;
      draw();
    } catch (error) {
      if (pinned === id) body.replaceChildren(h('p.problem', messageOf(error)));
    }
    loading = false;
  }

  function draw() {
    if (trace === null) return;
    const { traceId } = trace;
    text(
      heading,
      `${duration(trace.durationMs)} · ${trace.failed ? 'failed' : 'succeeded'} · ${trace.spans} spans, ${trace.services.length} services · ${timeOfDay(trace.start)}${trace.traffic === 'demo' ? '' : ` · ${trace.traffic}`}`,
    );
    bar.update(trace);
    body.replaceChildren(
      waterfall(trace, {
        folded: isFolded,
        selected,
        open: (link) => follow(link),
        vendor,
        touched: (is) => {
          reading = is;
        },
      }),
    );
    links.replaceChildren(
      h('code', traceId),
      ' ',
      linkButton('copy the id', (event) => void copy(event, traceId)),
      vendorLink(vendor, traceId, 'open at the vendor') ?? '',
    );
  }

  /** @typedef {Pick<TraceHeader, 'traceId' | 'start' | 'durationMs' | 'traffic'>} Listed */
  const drawChoice = whenChanged(
    (/** @type {{ list: Listed[], pinnedId: string | null }} */ { list, pinnedId }) => {
      const options = [h('option', { value: NEWEST, selected: pinnedId === null }, 'the newest')];
      if (pinnedId !== null && !list.some(({ traceId }) => traceId === pinnedId)) {
        options.push(h('option', { value: pinnedId, selected: true }, `pinned: ${pinnedId.slice(0, 8)}…`));
      }
      for (const { traceId, start, durationMs, traffic } of list) {
        options.push(
          h(
            'option',
            { value: traceId, selected: traceId === pinnedId },
            `${traceId === pinnedId ? 'pinned: ' : ''}${timeOfDay(start)}, ${duration(durationMs)}${traffic === 'baseline' ? ', browsing' : ''}`,
          ),
        );
      }
      choice.replaceChildren(...options);
    },
  );
  /** @type {Listed[]} */
  let listed = [];

  choice.addEventListener('change', () => {
    selected = null;
    pinned = choice.value === NEWEST ? null : choice.value;
    const id = pinned ?? listed[0]?.traceId;
    if (id) void load(id);
  });

  return {
    element,
    onFollow(/** @type {(link: SpanLink) => void} */ does) {
      follow = does;
    },
    /** Shows one trace and stays with it. @param {string} id @param {string | null} spanId what stands open */
    pin(id, spanId) {
      pinned = id;
      selected = spanId;
      drawChoice({ list: listed, pinnedId: pinned });
      void load(id);
      element.scrollIntoView({ block: 'nearest' });
    },
    fold(/** @type {boolean} */ folded) {
      isFolded = folded;
      draw();
    },
    /** @param {TraceHeader[]} list @param {Vendor} link */
    update(list, link) {
      vendor = link;
      listed = list
        .slice(0, LISTED)
        .map(({ traceId, start, durationMs, traffic }) => ({ traceId, start, durationMs, traffic }));
      // An open list of choices is not pulled away.
      if (document.activeElement !== choice) drawChoice({ list: listed, pinnedId: pinned });
      const isReading = reading || body.contains(document.activeElement);
      const newest = listed[0]?.traceId;
      if (pinned !== null || newest === undefined || newest === shownId || isReading) return;
      if (Date.now() - shownAt >= RENEW_MS) void load(newest);
    },
  };
}

/** @param {MouseEvent} event @param {string} content */
async function copy(event, content) {
  const button = /** @type {HTMLElement} */ (event.currentTarget);
  await navigator.clipboard.writeText(content);
  const before = button.textContent;
  text(button, 'copied');
  setTimeout(() => text(button, before), 1500);
}

/** EXPLAIN of the very query, with the index and without it. */
function explainPanel() {
  const sql = h('pre.sql');
  /** @param {'withIndex' | 'withoutIndex'} key @param {string} title */
  const side = (key, title) => {
    const state = h('p.plan-state');
    const lines = h('pre.plan-lines', { tabindex: 0, 'aria-label': `${title}: EXPLAIN` });
    return {
      key,
      state,
      lines,
      element: h('section.plan', { 'aria-label': title }, h('h3', title), state, lines),
    };
  };
  const sides = [side('withIndex', 'With the index'), side('withoutIndex', 'Without it')];
  const measured = h('p.muted');
  const element = h(
    'section.card.explain',
    { 'aria-label': 'The query and its plan' },
    h('h2', 'What PostgreSQL does with the query'),
    measured,
    h(
      'div.plans',
      sides.map((each) => each.element),
    ),
    h('details', h('summary', 'The query'), sql),
  );
  return {
    element,
    update(/** @type {ExplainAnswer} */ explain) {
      text(
        sql,
        `${explain.query.text}\n\n-- ${explain.query.values.map((value, index) => `$${index + 1} = ${JSON.stringify(value)}`).join(', ')}`,
      );
      const { measured: seen } = explain;
      text(
        measured,
        explain.error !== null
          ? `PostgreSQL does not answer: ${explain.error}`
          : `EXPLAIN of the shop's own query, every two seconds. The shop's queries took ${duration(seen.p50Ms)} (median of ${figure(seen.requests)} within ${seen.seconds} s).`,
      );
      for (const { key, state, lines, element: section } of sides) {
        const plan = explain[key];
        attribute(section, 'data-now', explain.now === key);
        text(
          state,
          plan === null
            ? 'not seen since the console started'
            : explain.now === key
              ? `in force now${plan.analyzed ? ', run for real (EXPLAIN ANALYZE)' : ''}`
              : `last seen ${timeOfDay(plan.at)}${plan.analyzed ? ', run for real (EXPLAIN ANALYZE)' : ''}`,
        );
        text(lines, plan === null ? '–' : plan.lines.join('\n'));
      }
    },
  };
}

/** @param {'h1' | 'h2'} level heading of the panel */
function mapPanel(level = 'h2') {
  const drawing = scrollBox('Drawing of the calls', 'scroll map-box');
  const list = scrollBox('Calls between services');
  const legend = h('div');
  const folded = twin('Every call as a table', list);
  const element = h(
    'section.card',
    { 'aria-label': 'Service map' },
    h('header.pane-top', h(level, { class: 'map-head' }, 'Who calls whom'), legend),
    drawing,
    folded,
  );
  return {
    element,
    /** @param {ServiceMapAnswer} map @param {Pulse} pulse */
    update(map, { thresholds }) {
      drawing.replaceChildren(serviceMap(map, thresholds));
      legend.replaceChildren(mapLegend(thresholds));
      if (folded.open) list.replaceChildren(mapTable(map, thresholds));
    },
  };
}
