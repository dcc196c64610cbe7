import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveScenario } from '../../scenario/resolve';
import type { Override } from '../../scenario/types';
import type { Conductor } from '../target/conductor';
import type { ShopObserver } from '../observation/shop-observer';
import { statusLines, statusOf } from './status';
import type { Target } from '../target/target';

const now = Date.now() / 1000;
const scenario = resolveScenario(
  { demoMode: 'blackfriday', minuteSeconds: 60, durationMinutes: 31, shownMinutes: 30 },
  { nowSeconds: now, startTimestamp: now - 12 * 60, scaleDefault: 0.25, runIdSuffix: 'demo-abc' },
);
const override: Override = {
  runId: scenario.runId,
  mode: scenario.mode,
  startTimestamp: now - 12 * 60,
  pausedAt: null,
  ablation: null,
  expiresAt: now + 3600,
  startedBy: 'cli',
  scenario,
};
const target = { kind: 'stack', name: 'dev', shopUrl: 'http://shop', consoleUrl: 'http://console' } as Target;
const conductor = {
  readState: () => Promise.resolve({ desired: scenario, override }),
} as unknown as Conductor;
const observer = {
  traffic: () => Promise.reject(new Error('ECONNREFUSED')),
  runTelemetry: () => Promise.reject(new Error('ECONNREFUSED')),
} as unknown as ShopObserver;

test('a run has the minutes that it shows, not those it is held longer', async () => {
  const lines = statusLines(await statusOf(target, null, conductor, observer));
  assert.match(lines[1] ?? '', /: minute 12\.\d of 30, /);
});

test('what does not answer is said, and does not hide the rest', async () => {
  const status = await statusOf(target, null, conductor, observer);
  assert.deepEqual([status.traffic, status.flowAlert, status.minute === null], [null, null, false]);
  assert.deepEqual(status.problems, ['load-generator: ECONNREFUSED', 'console: ECONNREFUSED']);
  const text = statusLines(status).join('\n');
  assert.match(text, /\(load-generator: ECONNREFUSED\)/);
});
