/** A duration for a person, e.g. `340 ms` or `12.4 s`. */
export function duration(ms: number): string {
  return ms < 950 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** An amount for a person, in whole dollars, e.g. `$12,345`; `-` when it is not known. */
export function dollars(usd: number | null): string {
  return usd === null ? '-' : `$${Math.round(usd).toLocaleString('en-US')}`;
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
