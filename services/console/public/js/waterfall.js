import { attribute, h } from '../lib/dom.js';
import { text } from './dom.js';
import { duration } from './format.js';

/** @import { SpanNode, TraceTree } from '../../api/trace-tree' */

/** A span of a waterfall, or a call and its callee as one. @typedef {{ span: SpanNode, caller: SpanNode | null, depth: number, label: string, detail: string }} Row */
/** @typedef {SpanNode['links'][number]} SpanLink */
/** Where a trace is at the vendor; null when not configured. @typedef {((traceId: string) => string) | null} Vendor */

/** Attributes worth reading first, in this order. */
const FIRST = [
  'db.connection.pool.exhausted',
  'db.client.connection.pool.name',
  'shop.pool.wait_ms',
  'shop.pool.holders',
  'shop.pool.oldest_holder_age_ms',
  'db.full_table_scan',
  'db.missing_index',
  'db.index_used',
  'db.rows_scanned',
  'db.slow_query',
  'checkout.failed',
  'checkout.failure_reason',
  'order.total',
  'db.query.text',
];

/** What a span is, for its colour and pattern: a wait for a connection, a query, or anything else. @param {SpanNode} span */
function kindOf(span) {
  if (span.name.startsWith('acquire')) return 'wait';
  if (span.attributes['db.system.name'] === 'postgresql') return 'scan';
  if (span.attributes['db.system.name'] !== undefined) return 'store';
  return 'span';
}

/**
 * The rows of a trace, top down. Folded, a call and the callee's own span are one row: sixteen rows that tell a story
 * instead of twenty-five.
 * @param {TraceTree} trace @param {boolean} folded
 */
export function rowsOf(trace, folded) {
  /** @type {Row[]} */
  const rows = [];
  const walk = (/** @type {SpanNode} */ span, /** @type {number} */ depth) => {
    const [only] = span.children;
    const joins = folded && span.kind === 'CLIENT' && span.children.length === 1 && only.kind === 'SERVER';
    if (joins) {
      rows.push({ span: only, caller: span, depth, label: `→ ${only.service}`, detail: only.name });
      for (const child of only.children) walk(child, depth + 1);
      return;
    }
    rows.push({ span, caller: null, depth, label: span.service, detail: wordsOf(span) });
    for (const child of span.children) walk(child, depth + 1);
  };
  for (const root of trace.roots) walk(root, 0);
  return rows;
}

/** @param {SpanNode} span */
function wordsOf(span) {
  if (span.name.startsWith('acquire ')) return `wait for a connection (${span.name.slice(8)})`;
  const query = span.attributes['db.query.text'];
  if (span.attributes['db.system.name'] === 'postgresql' && typeof query === 'string') {
    const table = /(?:from|into)\s+([\w.]+)/i.exec(query)?.[1] ?? '';
    return `${query.trim().split(/\s/, 1)[0].toUpperCase()} ${table}${span.attributes['db.full_table_scan'] === true ? ', full scan' : ''}`;
  }
  return span.name;
}

/** How long a trace waited for a connection, queried PostgreSQL, and did everything else (ms). @param {TraceTree} trace */
export function shares(trace) {
  const sums = { wait: 0, scan: 0 };
  const walk = (/** @type {SpanNode} */ span) => {
    const kind = kindOf(span);
    if (kind === 'wait' || kind === 'scan') sums[kind] += span.durationMs;
    span.children.forEach(walk);
  };
  trace.roots.forEach(walk);
  return { ...sums, rest: Math.max(0, trace.durationMs - sums.wait - sums.scan) };
}

/**
 * A trace as a waterfall.
 *
 * @param {TraceTree} trace
 * @param {object} options
 * @param {boolean} options.folded
 * @param {string | null} options.selected the span that stands open
 * @param {(link: SpanLink) => void} options.open called with a span link that is followed
 * @param {Vendor} options.vendor
 * @param {(isOpen: boolean) => void} options.touched called when somebody opens or closes a row
 */
export function waterfall(trace, { folded, selected, open, vendor, touched }) {
  const total = Math.max(1, trace.durationMs);
  const detail = h('div.span-detail', {
    tabindex: -1,
    hidden: true,
    role: 'region',
    'aria-label': 'Attributes of the span',
  });
  const list = h('ol.waterfall');
  /** @type {HTMLElement | null} */
  let chosen = null;

  /** @param {Row} row @param {HTMLElement} button */
  function choose(row, button) {
    chosen?.setAttribute('aria-expanded', 'false');
    if (chosen === button) {
      chosen = null;
      detail.hidden = true;
      return;
    }
    chosen = button;
    button.setAttribute('aria-expanded', 'true');
    detail.replaceChildren(...detailOf(row, open, vendor));
    detail.hidden = false;
    button.after(detail);
  }

  for (const row of rowsOf(trace, folded)) {
    const { span, depth, label, detail: what } = row;
    const failed =
      span.status.code === 'ERROR' || Number(span.attributes['http.response.status_code']) >= 500;
    const bar = h('span', { class: `bar ${kindOf(span)}${failed ? ' bad' : ''}` });
    const left = Math.max(0, Math.min(99.5, (span.startOffsetMs / total) * 100));
    bar.style.left = `${left.toFixed(2)}%`;
    bar.style.width = `${Math.max(0.5, Math.min(100 - left, (span.durationMs / total) * 100)).toFixed(2)}%`;
    const name = h(
      'span.row-name',
      h('b', label),
      ` ${what}`,
      span.links.length > 0 ? h('span.row-links', `${span.links.length} links`) : null,
    );
    name.style.paddingLeft = `${Math.min(depth, 8) * 0.7}em`;
    /** @type {HTMLButtonElement} */
    const button = h(
      'button',
      {
        type: 'button',
        class: `row${failed ? ' bad' : ''}`,
        'aria-expanded': 'false',
        onclick: () => {
          choose(row, button);
          touched(chosen !== null);
        },
      },
      name,
      h('span.row-track', { 'aria-hidden': 'true' }, bar),
      h(
        'span.row-time',
        duration(span.durationMs),
        failed ? h('span.row-flag', ' ✗', h('span.visually-hidden', ' failed')) : null,
      ),
    );
    list.append(h('li', button));
    const isSelected = selected !== null && (span.spanId === selected || row.caller?.spanId === selected);
    // Unless something else is asked for, the wait that failed stands open: it leads to its cause.
    const leads = selected === null && failed && kindOf(span) === 'wait' && span.links.length > 0;
    if (chosen === null && (isSelected || leads)) {
      choose(row, button);
      if (isSelected) requestAnimationFrame(() => button.scrollIntoView({ block: 'nearest' }));
    }
  }
  return list;
}

/** A button that looks like a link. @param {string} label @param {(event: MouseEvent) => void} onclick */
export const linkButton = (label, onclick) =>
  h('button', { type: 'button', class: 'link-button', onclick }, label);

/** @param {Vendor} vendor @param {string} traceId @param {string} label */
export const vendorLink = (vendor, traceId, label) =>
  vendor && h('a', { href: vendor(traceId), target: '_blank', rel: 'noopener noreferrer' }, label);

/** @param {Row} row @param {(link: SpanLink) => void} open @param {Vendor} vendor */
function detailOf({ span, caller }, open, vendor) {
  const entries = Object.entries(span.attributes).sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b));
  /** @type {HTMLElement[]} */
  const parts = [
    h(
      'p.detail-head',
      h('b', span.service),
      ` ${span.name} · ${duration(span.durationMs)}${caller ? ` (the caller waited ${duration(caller.durationMs)})` : ''}`,
    ),
  ];
  if (span.status.message) parts.push(h('p.bad', span.status.message));
  if (span.links.length > 0) {
    parts.push(
      h('p.detail-head', 'Who held the pool meanwhile:'),
      h(
        'ul.span-links',
        span.links.map((link) => {
          const age = link.attributes['shop.pool.held_ms'];
          const label = `scan in trace ${link.traceId.slice(0, 8)}…${typeof age === 'number' ? `, then ${duration(age)} old` : ''}`;
          return h(
            'li',
            link.available
              ? linkButton(`Open the ${label}`, () => open(link))
              : h('span.muted', `${label} (no longer kept)`),
            vendorLink(vendor, link.traceId, ' at the vendor'),
          );
        }),
      ),
    );
  }
  const grid = h('dl.attributes');
  for (const [key, value] of entries) {
    grid.append(
      h('dt', { class: rank(key) < FIRST.length ? 'key-attribute' : null }, key),
      h('dd', typeof value === 'string' ? value : JSON.stringify(value)),
    );
  }
  for (const event of span.events) {
    grid.append(
      h('dt', `event at ${duration(event.offsetMs)}`),
      h('dd', `${event.name} ${JSON.stringify(event.attributes)}`),
    );
  }
  parts.push(grid);
  return parts;
}

/** @param {string} key */
function rank(key) {
  const index = FIRST.indexOf(key);
  return index < 0 ? FIRST.length : index;
}

/** The stacked bar above a waterfall: wait, query, everything else. */
export function sharesBar() {
  const part = (/** @type {string} */ kind, /** @type {string} */ label) => {
    const bar = h('span', { class: `share ${kind}` });
    const value = h('b');
    return { bar, value, key: h('li', { class: `key ${kind}` }, label, ' ', value) };
  };
  const wait = part('wait', 'waited for a connection');
  const scan = part('scan', 'queried PostgreSQL');
  const rest = part('span', 'everything else');
  const element = h(
    'div.shares',
    h('div.share-track', { 'aria-hidden': 'true' }, wait.bar, scan.bar, rest.bar),
    h('ul.legend', wait.key, scan.key, rest.key),
  );
  return {
    element,
    update(/** @type {TraceTree | null} */ trace) {
      attribute(element, 'hidden', trace === null);
      if (trace === null) return;
      const sums = shares(trace);
      const total = Math.max(1, sums.wait + sums.scan + sums.rest);
      const show = (/** @type {ReturnType<typeof part>} */ { bar, value }, /** @type {number} */ ms) => {
        bar.style.width = `${((ms / total) * 100).toFixed(2)}%`;
        text(value, duration(ms));
      };
      show(wait, sums.wait);
      show(scan, sums.scan);
      show(rest, sums.rest);
    },
  };
}
