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
