import type { MetricValue } from '../store/metric-values';

/** A connection pool's last figures; null where no such metric has come. */
export type PoolState = ReturnType<typeof unseenPool>;

function unseenPool(service: string, pool: string) {
  const unseen = null as number | null;
  return {
    service,
    pool,
    used: unseen,
    idle: unseen,
    max: unseen,
    pending: unseen,
    /** Waits given up, since the process started. */
    timeouts: unseen,
    /** Mean wait for a connection since the process started (ms). */
    meanWaitMs: unseen,
  };
}

/** Metrics whose values are figures of a pool. */
const FIGURES: Readonly<Partial<Record<string, 'max' | 'pending' | 'timeouts'>>> = {
  'db.client.connection.max': 'max',
  'db.client.connection.pending_requests': 'pending',
  'db.client.connection.timeouts': 'timeouts',
};

/** The pools in `db.client.connection.*`, with the names of the semantic conventions. */
export function poolsOf(values: readonly MetricValue[]): PoolState[] {
  const pools = new Map<string, PoolState>();
  for (const { service, name: metric, unit, attributes, value, count } of values) {
    const name = attributes['db.client.connection.pool.name'];
    const pool = typeof name === 'string' ? name : 'default';
    const key = `${service}|${pool}`;
    const state = pools.get(key) ?? unseenPool(service, pool);
    pools.set(key, state);
    const figure = FIGURES[metric];
    if (figure !== undefined) state[figure] = value;
    else if (metric === 'db.client.connection.count') {
      const used = (attributes['db.client.connection.state'] ?? attributes.state) === 'used';
      state[used ? 'used' : 'idle'] = value;
    } else if (metric === 'db.client.connection.wait_time' && count !== null && count > 0) {
      state.meanWaitMs = Math.round((value / count) * (unit === 's' ? 1000 : 1) * 10) / 10;
    }
  }
  return [...pools.values()].sort((a, b) => a.pool.localeCompare(b.pool));
}
