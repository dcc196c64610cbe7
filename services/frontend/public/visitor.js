/** Who is visiting: ids and choices that outlive a reload. */

/** An id of 128 random bits. Not crypto.randomUUID(): pages served over plain http from another host lack it. @param {string} prefix */
export function freshId(prefix) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `${prefix}-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** What was kept under a name; null where nothing was, or the browser keeps nothing. @param {string} name */
export function remembered(name) {
  try {
    return localStorage.getItem(`halden.${name}`);
  } catch {
    return null;
  }
}

/** Keeps a value; without storage the visit goes on, it is only forgotten at the end. @param {string} name @param {string} value */
export function remember(name, value) {
  try {
    localStorage.setItem(`halden.${name}`, value);
  } catch {
    // Private windows may refuse.
  }
}

/** @param {string} name @param {string} prefix */
function lastingId(name, prefix) {
  const id = remembered(name) ?? freshId(prefix);
  remember(name, id);
  return id;
}

export const visitor = { userId: lastingId('user', 'visitor'), cartId: lastingId('cart', 'cart') };
