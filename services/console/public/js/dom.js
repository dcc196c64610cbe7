/** Changing the page, and the parts that several views have. Elements are built with lib/dom.js. */

import { h, s } from '../lib/dom.js';

/** Sets a text if it differs: readers and selections are not disturbed by what stays. @param {Node} node @param {string | null} [content] */
export function text(node, content) {
  const next = content ?? '';
  if (node.textContent !== next) node.textContent = next;
}

/**
 * Runs `build` with a value only when the value has changed since: lists keep focus and scroll otherwise.
 * @template T
 * @param {(value: T) => void} build
 * @returns {(value: T) => void}
 */
export function whenChanged(build) {
  /** @type {string | null} */
  let last = null;
  return (value) => {
    const now = JSON.stringify(value);
    if (now === last) return;
    last = now;
    build(value);
  };
}

/**
 * Fills a list, anew when what it shows has changed.
 * @template T
 * @param {HTMLElement} list @param {(value: T, index: number) => HTMLElement} item @param {HTMLElement[]} none what stands there without any
 */
export const listing = (list, item, ...none) =>
  whenChanged((/** @type {readonly T[]} */ values) =>
    list.replaceChildren(...(values.length === 0 ? none : values.map(item))),
  );

const PATHS = {
  healthy: 'M5 12.5l4.5 4.5L19 7.5',
  degrading: 'M12 7v6.5M12 17.2v.3',
  failing: 'M7.5 7.5l9 9M16.5 7.5l-9 9',
  quiet: 'M7 12h10',
};

/** The sign of a state: its shape tells it without its colour. @param {keyof PATHS} state */
export function stateIcon(state) {
  const outline =
    state === 'degrading'
      ? s('path.icon-shape', { d: 'M12 2.2L22.6 21H1.4z' })
      : state === 'failing'
        ? s('path.icon-shape', { d: 'M7.6 1.5h8.8l6.1 6.1v8.8l-6.1 6.1H7.6l-6.1-6.1V7.6z' })
        : s('circle.icon-shape', { cx: 12, cy: 12, r: 11 });
  return s(
    'svg.state-icon',
    { viewBox: '0 0 24 24', 'aria-hidden': 'true' },
    outline,
    s('path.icon-mark', { d: PATHS[state] }),
  );
}

/** @typedef {string | { text: string, class: string | null }} Cell */

/**
 * A table: heads, rows of cells.
 * @param {string} caption @param {string[]} heads @param {Cell[][]} rows
 */
export function table(caption, heads, rows, empty = 'Nothing yet.') {
  const cell = (/** @type {Cell} */ value, /** @type {number} */ index) => {
    const is = typeof value === 'string' ? { text: value, class: null } : value;
    return index === 0
      ? h('th', { scope: 'row', class: is.class }, is.text)
      : h('td', { class: is.class }, is.text);
  };
  const headRow = h(
    'tr',
    heads.map((head) => h('th', { scope: 'col' }, head)),
  );
  const body =
    rows.length === 0
      ? h('tr', h('td', { colspan: heads.length, class: 'empty' }, empty))
      : rows.map((cells) => h('tr', cells.map(cell)));
  return h('table', h('caption.visually-hidden', caption), h('thead', headRow), h('tbody', body));
}

/** A part of a view. @param {string} title @param {string} kind of card, as its style names it @param {HTMLElement[]} children */
export const card = (title, kind, ...children) =>
  h('section', { class: `card ${kind}`.trim(), 'aria-label': title }, h('h2', title), ...children);

/** What a view begins with. @param {string} title @param {HTMLElement} under it @param {HTMLElement} beside both */
export const viewHead = (title, under, beside) => h('div.view-head', h('div', h('h1', title), under), beside);

/** The figures of a drawing as a table, folded away. @param {string} summary @param {HTMLElement} table */
export const twin = (summary, table) => h('details.twin', h('summary', summary), table);

/** A part that scrolls by itself, reached by keyboard, with a name. @param {string} label */
export const scrollBox = (label, name = 'scroll') =>
  h('div', { class: name, tabindex: 0, role: 'region', 'aria-label': label });
