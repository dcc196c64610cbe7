/** Readers of JSON that somebody else wrote: nothing is assumed about its shape. */

/** The value at a path, null where there is none. */
export function at(value: unknown, ...keys: string[]): unknown {
  let found = value;
  for (const key of keys) {
    if (typeof found !== 'object' || found === null || !(key in found)) return null;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}

/** As `at`, for a finite number. */
export function numberAt(value: unknown, ...keys: string[]): number | null {
  const found = at(value, ...keys);
  return typeof found === 'number' && Number.isFinite(found) ? found : null;
}

/** As `at`, for a text. */
export function textAt(value: unknown, ...keys: string[]): string | null {
  const found = at(value, ...keys);
  return typeof found === 'string' ? found : null;
}

/** As `at`, for a list; empty where there is none. */
export function listAt(value: unknown, ...keys: string[]): unknown[] {
  const found = at(value, ...keys);
  return Array.isArray(found) ? found : [];
}

/** A text's JSON; null for what is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
