/**
 * One replica's share of a pool that is a total over all replicas: connections are whole, and none has less than one.
 *
 * @param max connections in total
 * @param replicas how many share them
 */
export function poolShare(max: number, replicas: number): number {
  return Math.max(1, Math.round(max / replicas));
}
