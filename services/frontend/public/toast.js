/** A short message at the edge of the page. */

import { byId } from './lib/dom.js';

const SHOWN_MS = 3000;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @param {string} message */
export function showToast(message) {
  const toast = byId('toast');
  // A modal dialog makes the rest of the page inert and covers it: the message belongs where the visitor is.
  const home = document.querySelector('dialog[open]') ?? document.body;
  if (toast.parentElement !== home) home.append(toast);
  toast.textContent = message;
  toast.classList.add('shown');
  clearTimeout(timer);
  timer = setTimeout(() => toast.classList.remove('shown'), SHOWN_MS);
}
