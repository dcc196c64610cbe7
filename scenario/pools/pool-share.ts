/**
 * One replica's share of a pool that is a total over all replicas: connections are whole, and none has less than one.
 *
 * @param max connections in total
 * @param replicas how many share them
 */
export function poolShare(max: number, replicas: number): number {
  return Math.max(1, Math.round(max / replicas));
}

/** The size that replicas have together, which rounding lets differ a little from the total. */
export function poolOver(max: number, replicas: number): number {
  return replicas * poolShare(max, replicas);
}

/** More replicas than this are not reckoned with where their number is not known. */
const MOST_REPLICAS = 8;

/** Can replicas, however many, have `seen` connections together when the total is `max`? 25 over two are 26. */
export function mayBePoolOf(max: number, seen: number): boolean {
  for (let replicas = 1; replicas <= Math.min(max, MOST_REPLICAS); replicas++) {
    if (poolOver(max, replicas) === seen) return true;
  }
  return false;
}
