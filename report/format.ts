/** A duration for a person, e.g. `340 ms` or `12.4 s`. */
export function duration(ms: number): string {
  return ms < 950 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** A duration for a report (s, to the tenth). */
export function tenths(ms: number): number {
  return Math.round(ms / 100) / 10;
}

/** A number for a person, e.g. `500,000`. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** An amount for a person, in whole dollars, e.g. `$12,345`; `-` when it is not known. */
export function dollars(usd: number | null): string {
  return usd === null ? '-' : `$${count(Math.round(usd))}`;
}

/** A share for a person, e.g. `28.0%`. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

/** A latency in whole milliseconds, e.g. `340 ms`; `-` when it is not known. */
export function wholeMilliseconds(ms: number | null): string {
  return ms === null ? '-' : `${Math.round(ms)} ms`;
}

/** With a capital at its beginning. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A latency for a table: `8.1 ms`, `340 ms`, `1.25 s`; a dash when it is not known. */
export function milliseconds(ms: number | null): string {
  if (ms === null) return '–';
  return ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
