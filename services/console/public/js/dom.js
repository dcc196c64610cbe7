/** Small helpers to build and change the page. Texts go in as text, never as HTML. */

/** An element with attributes (`on…` are listeners) and children (nodes or texts; null is left out). */
export function h(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

const SVG = 'http://www.w3.org/2000/svg';

/** The same for SVG. */
export function s(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? '' : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}

/** Sets a text if it differs: readers and selections are not disturbed by what stays. */
export function text(node, content) {
  const next = content ?? '';
  if (node.textContent !== next) node.textContent = next;
}

/** Sets or removes an attribute if it differs. */
export function attribute(node, name, value) {
  if (value === null || value === undefined || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
    return;
  }
  const next = value === true ? '' : String(value);
  if (node.getAttribute(name) !== next) node.setAttribute(name, next);
}

/** Runs `build` with a value only when the value has changed since: lists keep focus and scroll otherwise. */
export function whenChanged(build) {
  let last = null;
  return (value) => {
    const now = JSON.stringify(value);
    if (now === last) return;
    last = now;
    build(value);
  };
}

const PATHS = {
  healthy: 'M5 12.5l4.5 4.5L19 7.5',
  degrading: 'M12 7v6.5M12 17.2v.3',
  failing: 'M7.5 7.5l9 9M16.5 7.5l-9 9',
  quiet: 'M7 12h10',
};

/** The sign of a state: its shape tells it without its colour. */
export function stateIcon(state) {
  const outline =
    state === 'degrading'
      ? s('path', { class: 'icon-shape', d: 'M12 2.2L22.6 21H1.4z' })
      : state === 'failing'
        ? s('path', { class: 'icon-shape', d: 'M7.6 1.5h8.8l6.1 6.1v8.8l-6.1 6.1H7.6l-6.1-6.1V7.6z' })
        : s('circle', { class: 'icon-shape', cx: 12, cy: 12, r: 11 });
  return s(
    'svg',
    { class: 'state-icon', viewBox: '0 0 24 24', 'aria-hidden': 'true' },
    outline,
    s('path', { class: 'icon-mark', d: PATHS[state] ?? PATHS.quiet }),
  );
}

/** A table: heads, rows of cells (text, or {text, class, head}). */
export function table(caption, heads, rows, empty = 'Nothing yet.') {
  const cell = (value, index) => {
    const is = typeof value === 'object' && value !== null ? value : { text: value };
    return index === 0
      ? h('th', { scope: 'row', class: is.class }, is.text)
      : h('td', { class: is.class }, is.text);
  };
  return h(
    'table',
    {},
    h('caption', { class: 'visually-hidden' }, caption),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        heads.map((head) => h('th', { scope: 'col' }, head)),
      ),
    ),
    h(
      'tbody',
      {},
      rows.length === 0
        ? h('tr', {}, h('td', { colspan: heads.length, class: 'empty' }, empty))
        : rows.map((cells) => h('tr', {}, cells.map(cell))),
    ),
  );
}
