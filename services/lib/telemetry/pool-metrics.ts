import { meter } from './metrics';

export interface PoolState {
  used: number;
  idle: number;
  pending: number;
  max: number;
}

/** What a pool reports besides its state. Durations are given in ms and recorded in s. */
export interface PoolMetrics {
  recordWait(waitedMs: number): void;
  recordUse(usedMs: number): void;
  recordTimeout(): void;
}

const SECONDS = {
  unit: 's',
  advice: { explicitBucketBoundaries: [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10] },
};

/**
 * Registers a pool's instruments under their semantic-convention names
 * (https://opentelemetry.io/docs/specs/semconv/database/database-metrics/#connection-pools).
 */
export function poolMetrics(name: string, state: () => PoolState): PoolMetrics {
  const instruments = meter();
  const pool = { 'db.client.connection.pool.name': name };
  instruments
    .createObservableUpDownCounter('db.client.connection.count', { unit: '{connection}' })
    .addCallback((result) => {
      const { used, idle } = state();
      result.observe(used, { ...pool, 'db.client.connection.state': 'used' });
      result.observe(idle, { ...pool, 'db.client.connection.state': 'idle' });
    });
  instruments
    .createObservableUpDownCounter('db.client.connection.max', { unit: '{connection}' })
    .addCallback((result) => {
      result.observe(state().max, pool);
    });
  instruments
    .createObservableUpDownCounter('db.client.connection.pending_requests', { unit: '{request}' })
    .addCallback((result) => {
      result.observe(state().pending, pool);
    });
  const timeouts = instruments.createCounter('db.client.connection.timeouts', { unit: '{timeout}' });
  const wait = instruments.createHistogram('db.client.connection.wait_time', SECONDS);
  const use = instruments.createHistogram('db.client.connection.use_time', SECONDS);
  return {
    recordWait: (waitedMs) => {
      wait.record(waitedMs / 1000, pool);
    },
    recordUse: (usedMs) => {
      use.record(usedMs / 1000, pool);
    },
    recordTimeout: () => {
      timeouts.add(1, pool);
    },
  };
}
