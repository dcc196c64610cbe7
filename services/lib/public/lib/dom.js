/** Building elements: text is always set as text, never as markup. */

/** @import { Attributes, Child } from './types' */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * An HTML element.
 * @template {keyof HTMLElementTagNameMap} N
 * @param {N} name
 * @param {Attributes} [attributes]
 * @param {Child[]} children
 */
export const h = (name, attributes = {}, ...children) =>
  fill(document.createElement(name), attributes, children);

/**
 * An SVG element.
 * @template {keyof SVGElementTagNameMap} N
 * @param {N} name
 * @param {Attributes} [attributes]
 * @param {Child[]} children
 */
export const s = (name, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, name), attributes, children);

/**
 * A button.
 * @param {string} label @param {(event: any) => void} onclick @param {string} [kind] its classes besides `button`
 * @param {Attributes} [attributes]
 */
export const button = (label, onclick, kind = '', attributes = {}) =>
  h('button', { class: `button ${kind}`.trim(), type: 'button', onclick, ...attributes }, label);

/**
 * @template {Element} E
 * @param {E} node @param {Attributes} attributes @param {Child[]} children
 */
function fill(node, attributes, children) {
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
