import assert from 'node:assert/strict';
import { test } from 'node:test';
import { METRICS_INTERVAL_MS } from '../../lib/telemetry/metrics-interval';
import type { MetricPoint } from '../otlp/records';
import { MetricValues } from './metric-values';

const point = (instance: string, value: number, other: Partial<MetricPoint> = {}): MetricPoint => ({
  service: 'product-catalog',
  instance,
  name: 'db.client.connection.max',
  unit: '{connection}',
  kind: 'sum',
  delta: false,
  atMs: 0,
  value,
  count: 1,
  attributes: [],
  ...other,
});
const maximum = (metrics: MetricValues, nowMs: number): number | undefined =>
  metrics.values('db.client.connection.max', nowMs)[0]?.value;

test('replicas are added up, and one that has gone is no longer counted after three silent intervals', () => {
  const metrics = new MetricValues();
  metrics.add(point('killed', 4), 0);
  metrics.add(point('stays', 10), 0);
  assert.equal(maximum(metrics, 1), 14);
  for (let at = METRICS_INTERVAL_MS; at <= 20 * METRICS_INTERVAL_MS; at += METRICS_INTERVAL_MS) {
    metrics.add(point('stays', 10), at);
    metrics.add(point('successor', 10), at);
    assert.equal(maximum(metrics, at), at <= 3 * METRICS_INTERVAL_MS ? 24 : 20, `after ${String(at)} ms`);
  }
});

test('a replica that misses two intervals is still there', () => {
  const metrics = new MetricValues();
  metrics.add(point('slow', 10), 0);
  assert.equal(maximum(metrics, 2.9 * METRICS_INTERVAL_MS), 10);
});

test('changes are added up, and their sum is kept while nothing changes', () => {
  const metrics = new MetricValues();
  metrics.add(point('one', 2, { delta: true }), 0);
  metrics.add(point('one', 3, { delta: true }), 1000);
  assert.equal(maximum(metrics, 50_000), 5);
  assert.equal(maximum(metrics, 70_000), undefined);
});
