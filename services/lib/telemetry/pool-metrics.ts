import { DURATION_BOUNDS } from './duration-bounds';
import { meter } from './metrics';

/** What a pool reports besides its state. Durations are given in ms and recorded in s. */
export type PoolMetrics = ReturnType<typeof poolMetrics>;

const SECONDS = { unit: 's', advice: { explicitBucketBoundaries: DURATION_BOUNDS } };

/**
 * Registers a pool's instruments under their semantic-convention names
 * (https://opentelemetry.io/docs/specs/semconv/database/database-metrics/#connection-pools).
 */
export function poolMetrics(name: string, state: () => Record<'used' | 'idle' | 'pending' | 'max', number>) {
  const instruments = meter();
  const pool = { 'db.client.connection.pool.name': name };
  instruments
    .createObservableUpDownCounter('db.client.connection.count', {
      unit: '{connection}',
      description: 'Connections that are in the state the attribute describes.',
    })
    .addCallback((result) => {
      const { used, idle } = state();
      result.observe(used, { ...pool, 'db.client.connection.state': 'used' });
      result.observe(idle, { ...pool, 'db.client.connection.state': 'idle' });
    });
  instruments
    .createObservableUpDownCounter('db.client.connection.max', {
      unit: '{connection}',
      description: 'Most open connections allowed.',
    })
    .addCallback((result) => result.observe(state().max, pool));
  instruments
    .createObservableUpDownCounter('db.client.connection.pending_requests', {
      unit: '{request}',
      description: 'Requests that wait for a connection now.',
    })
    .addCallback((result) => result.observe(state().pending, pool));
  const timeouts = instruments.createCounter('db.client.connection.timeouts', {
    unit: '{timeout}',
    description: 'Waits for a connection that ended at the acquire timeout.',
  });
  const wait = instruments.createHistogram('db.client.connection.wait_time', {
    ...SECONDS,
    description: 'Time it took to get a connection of the pool, or to give up.',
  });
  const use = instruments.createHistogram('db.client.connection.use_time', {
    ...SECONDS,
    description: 'Time between taking a connection and giving it back.',
  });
  return {
    recordWait: (waitedMs: number) => wait.record(waitedMs / 1000, pool),
    recordUse: (usedMs: number) => use.record(usedMs / 1000, pool),
    recordTimeout: () => timeouts.add(1, pool),
  };
}
