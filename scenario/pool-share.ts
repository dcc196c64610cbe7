/** What one of several replicas gets of a pool whose size is a total: at least one connection. */
export function poolShare(total: number, replicas: number): number {
  return Math.max(1, Math.round(total / replicas));
}

/** The size that replicas have together, which rounding lets differ a little from the total. */
export function poolOver(total: number, replicas: number): number {
  return replicas * poolShare(total, replicas);
}
