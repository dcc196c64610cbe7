/** Who is visiting: ids and choices that outlive a reload. */

/** An id of 128 random bits. Not crypto.randomUUID(): pages served over plain http from another host lack it. */
export function freshId(prefix) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `${prefix}-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** What was kept under a name; the fallback where nothing was, or the browser keeps nothing. */
export function remembered(name, fallback) {
  try {
    return localStorage.getItem(`halden.${name}`) ?? fallback;
  } catch {
    return fallback;
  }
}

/** Keeps a value; without storage the visit goes on, it is only forgotten at the end. */
export function remember(name, value) {
  try {
    localStorage.setItem(`halden.${name}`, value);
  } catch {
    // Private windows may refuse.
  }
}

function lastingId(name, prefix) {
  const id = remembered(name, null) ?? freshId(prefix);
  remember(name, id);
  return id;
}

export const visitor = { userId: lastingId('user', 'visitor'), cartId: lastingId('cart', 'cart') };
