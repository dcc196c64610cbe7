import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveScenario } from '../../../scenario/resolve';
import { overrideFor, startDemoSchema } from './run-request';

const NOW = 1_700_000_000;
const desired = resolveScenario({ catalogRows: 100_000 }, { nowSeconds: NOW, scaleDefault: 0.25 });
const request = startDemoSchema.parse({});

test('a run is named by mode, start, who started it, and digits of its own', () => {
  const run = overrideFor(request, desired, NOW);
  assert.equal(run.runId, `blackfriday-1-${String(run.startTimestamp)}-admin-${run.runId.slice(-6)}`);
  assert.equal(run.scenario.runId, run.runId);
});

test('runs that begin within the same second have different ids', () => {
  const ids = Array.from({ length: 20 }, () => overrideFor(request, desired, NOW).runId);
  for (const id of ids) assert.match(id, /-admin-[0-9a-f]{6}$/);
  assert.ok(new Set(ids).size > 18, ids.join());
});
