import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveScenario } from '../../scenario/resolve';
import { soakRun } from './soak-run';

test("a soak's load has the configured baseline rate, at its own scale, and the shop's pools and indexes", () => {
  const desired = resolveScenario(
    { traffic: { scale: 0.25, baselineRpm: 480 }, catalogRows: 100_000 },
    { nowSeconds: 1_700_000_000 },
  );
  const run = soakRun(desired, 2, 600, 1_700_000_000);
  assert.equal(run.scenario.traffic.baselineRpm, 960);
  assert.equal(run.scenario.traffic.normalDemoRpm, desired.traffic.normalDemoRpm * 8);
  assert.equal(run.scenario.scale, 2);
  assert.deepEqual(run.scenario.pools, desired.pools);
  assert.deepEqual(run.scenario.indexes, desired.indexes);
  assert.equal(run.mode, 'normal');
  assert.ok(run.expiresAt > 1_700_000_600);
});
