import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classifyFailure, classifyStatus } from './outcome';

test('answers below 400 are completed, a declined card is declined, not an error', () => {
  assert.deepEqual(classifyStatus(200), { result: 'completed' });
  assert.deepEqual(classifyStatus(201), { result: 'completed' });
  assert.deepEqual(classifyStatus(402), { result: 'declined' });
});

test('5xx is the shop’s error, 4xx is ours', () => {
  assert.deepEqual(classifyStatus(503, 'recommendations-timeout'), {
    result: 'error',
    kind: 'server_error',
    status: 503,
    reason: 'recommendations-timeout',
  });
  assert.deepEqual(classifyStatus(400), {
    result: 'error',
    kind: 'client_error',
    status: 400,
    reason: 'status-400',
  });
});

test('the end of our patience is a timeout, a refused connection a transport error', async () => {
  const timeout = AbortSignal.timeout(1);
  await new Promise((resolve) => {
    timeout.addEventListener('abort', resolve, { once: true });
  });
  assert.deepEqual(classifyFailure(timeout.reason), {
    result: 'error',
    kind: 'timeout',
    status: null,
    reason: 'load-generator-timeout',
  });
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  assert.deepEqual(classifyFailure(refused), {
    result: 'error',
    kind: 'transport',
    status: null,
    reason: 'ECONNREFUSED',
  });
  assert.equal(classifyFailure('nonsense').result, 'error');
});
