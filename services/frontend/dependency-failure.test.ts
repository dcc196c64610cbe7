import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DownstreamError } from '../lib/http-client';
import { toServiceError } from './dependency-failure';

const failed = (
  reason: 'timeout' | 'unreachable' | 'downstream-error',
  body: unknown = null,
): DownstreamError => new DownstreamError('cart', reason, 'message for logs', body);

test('a service that cannot reach its own store is unavailable, and the store is the cause', () => {
  const error = toServiceError(failed('downstream-error', { reason: 'redis-unavailable' }));
  assert.equal(error.status, 503);
  assert.equal(error.reason, 'cart-unavailable');
  assert.deepEqual(error.extra, { service: 'cart', cause: 'redis-unavailable' });
});

test('late and away differ', () => {
  assert.equal(toServiceError(failed('timeout')).reason, 'cart-timeout');
  assert.equal(
    toServiceError(failed('downstream-error', { reason: 'query-timeout' })).reason,
    'cart-timeout',
  );
  assert.equal(toServiceError(failed('unreachable')).reason, 'cart-unavailable');
});

test('an answer without a reason, of a proxy for instance, breaks nothing', () => {
  for (const body of ['<html>', 7, { reason: 7 }, []]) {
    assert.deepEqual(toServiceError(failed('downstream-error', body)).extra.cause, 'downstream-error');
  }
});
