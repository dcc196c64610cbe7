/** Building elements: text is always set as text, never as markup. */

/** @import { Attributes, Child, TagOf } from './types' */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * An HTML element.
 * @template {string} N
 * @param {N} name with its classes: `p.muted`
 * @param {Attributes | Child} [first] its attributes, or the first of its children
 * @param {Child[]} children
 * @returns {HTMLElementTagNameMap[TagOf<N, HTMLElementTagNameMap>]}
 */
export const h = (name, first, ...children) =>
  fill((tag) => document.createElement(tag), name, first, children);

/**
 * An SVG element, likewise.
 * @template {string} N
 * @param {N} name
 * @param {Attributes | Child} [first]
 * @param {Child[]} children
 * @returns {SVGElementTagNameMap[TagOf<N, SVGElementTagNameMap>]}
 */
export const s = (name, first, ...children) =>
  fill((tag) => document.createElementNS(SVG, tag), name, first, children);

/**
 * A button.
 * @param {string} label @param {(event: any) => void} onclick @param {string} [kind] its classes besides `button`
 * @param {Attributes} [attributes]
 */
export const button = (label, onclick, kind = '', attributes = {}) =>
  h('button', { class: `button ${kind}`.trim(), type: 'button', onclick, ...attributes }, label);

/** @param {Attributes | Child} value @returns {value is Attributes} */
const isAttributes = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !('nodeType' in value);

/**
 * @param {(tag: string) => Element} make
 * @param {string} name @param {Attributes | Child} first @param {Child[]} rest
 * @returns {any}
 */
function fill(make, name, first, rest) {
  const [tag = '', ...classes] = name.split('.');
  const node = make(tag);
  if (classes.length > 0) node.setAttribute('class', classes.join(' '));
  const [attributes, children] = isAttributes(first) ? [first, rest] : [{}, [first, ...rest]];
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') node.addEventListener(key.slice(2), value);
    else attribute(node, key, value);
  }
  const flat = /** @type {(Node | string | null | undefined)[]} */ (
    /** @type {unknown[]} */ (children).flat(Infinity)
  );
  node.append(...flat.filter((child) => child !== null && child !== undefined));
  return node;
}

/** Sets or removes an attribute if it differs. @param {Element} node @param {string} name @param {unknown} value */
export function attribute(node, name, value) {
  if (value === null || value === undefined || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
    return;
  }
  const next = value === true ? '' : String(value);
  if (node.getAttribute(name) !== next) node.setAttribute(name, next);
}

/** The element with an id of index.html. @param {string} id @throws Error where there is none */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`No element #${id} in the page.`);
  return found;
}

/** What went wrong, in words. @param {unknown} error */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));
