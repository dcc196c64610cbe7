import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { resolveScenario } from '../../scenario/resolve';
import { readCommand } from '../../machine/options';
import { DEMO, type DemoOptions } from './arguments';
import { Refusal } from '../../machine/errors';
import { LEAD_SECONDS, planRun } from './run-plan';

const folder = mkdtempSync(path.join(tmpdir(), 'demo-plan-'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});
function stack(text: string): string {
  const file = path.join(folder, 'Pulumi.dev.yaml');
  writeFileSync(file, text);
  return file;
}
function options(...argv: string[]): DemoOptions {
  const command = readCommand(DEMO, argv, { repositoryDir: '/repo', cwd: '/here' });
  assert.ok(command);
  return { ...command.values, curve: null };
}
const NOW = 1_700_000_000;
const desired = resolveScenario({ catalogRows: 100_000 }, { nowSeconds: NOW, scaleDefault: 0.25 });

describe('the plan of a run', () => {
  it('takes mode and minutes from the command line, catalog and scale from the running shop', () => {
    const file = stack(
      'config:\n  ecommerce-demo:demoMode: normal\n  ecommerce-demo:demoStartTimestamp: 1600000000\n',
    );
    const plan = planRun(options('--minute-seconds', '6', '--from', '4', '--to', '6'), file, desired, NOW);
    assert.equal(plan.scenario.mode, 'blackfriday');
    assert.equal(plan.scenario.scale, 0.25);
    assert.equal(plan.scenario.catalogRows, 100_000);
    assert.equal(plan.scenario.pools.recommendation.max, 5);
    assert.equal(plan.override.startTimestamp, NOW + LEAD_SECONDS - 4 * 6, 'minute 4 begins after the lead');
    assert.equal(plan.override.expiresAt, NOW + LEAD_SECONDS + 3 * 6 + 60, 'a minute after its end');
    assert.equal(plan.toMinute, 6);
  });

  it('names runs that begin within the same second differently', () => {
    const file = stack('config: {}\n');
    const named = planRun(options(), file, desired, NOW, '3f9a1c');
    assert.equal(named.scenario.runId, `blackfriday-1-${NOW + LEAD_SECONDS}-demo-3f9a1c`);
    assert.equal(named.override.runId, named.scenario.runId);
    const ids = Array.from({ length: 20 }, () => planRun(options(), file, desired, NOW).scenario.runId);
    for (const id of ids) assert.match(id, /-demo-[0-9a-f]{6}$/);
    assert.ok(new Set(ids).size > 18, ids.join());
  });

  it("keeps the stack's own curve, and gives a mode the scale it needs", () => {
    const file = stack(
      'config:\n  ecommerce-demo:curve: [{minute: 0, rpm: 600, errorRate: 0}, {minute: 3, rpm: 600, errorRate: 0.5}]\n',
    );
    assert.equal(planRun(options(), file, desired, NOW).scenario.expectations[3]?.targetErrorRate, 0.5);
    const v3 = planRun(options('--mode', 'blackfriday-v3'), stack('config: {}\n'), desired, NOW);
    assert.equal(v3.scenario.scale, 1);
  });

  it("runs at two fifths of the shop's scale with the large pool, where nobody is turned away, unless told otherwise", () => {
    const file = stack('config: {}\n');
    const scaleOf = (...given: string[]) => planRun(options(...given), file, desired, NOW).scenario.scale;
    assert.deepEqual([scaleOf(), scaleOf('--ablate', 'index')], [0.25, 0.25]);
    assert.equal(scaleOf('--ablate', 'pool'), 0.1);
    assert.equal(scaleOf('--ablate', 'pool', '--scale', '0.25'), 0.25);
    assert.equal(scaleOf('--mode', 'blackfriday-v3', '--ablate', 'pool'), 1, 'which V3 needs');
  });

  it('ends with the scenario: "to minute 30" of 30 is the last one', () => {
    const file = stack('config: {}\n');
    assert.equal(planRun(options(), file, desired, NOW).toMinute, 29);
    const { scenario } = planRun(options('--minute-seconds', '6'), file, desired, NOW);
    assert.equal(scenario.shownMinutes, 30);
    assert.equal(scenario.durationMinutes, 35, 'held until it is healed');
    assert.equal(planRun(options('--to', '30'), file, desired, NOW).toMinute, 29);
    assert.throws(() => planRun(options('--to', '31'), file, desired, NOW), /--to 31: must be at most 29/);
    assert.throws(() => planRun(options('--from', '30'), file, desired, NOW), /--from 30/);
  });

  it("refuses another catalog than the running shop's, and a broken stack file", () => {
    assert.throws(
      () => planRun(options('--rows', '500000'), stack('config: {}\n'), desired, NOW),
      (error) =>
        error instanceof Refusal && error.exitCode === 1 && error.message.includes('has 100000 products'),
    );
    const usage = (text: string) => () => planRun(options(), stack(text), desired, NOW);
    const exits2 = (error: unknown) => error instanceof Refusal && error.exitCode === 2;
    assert.throws(usage('config: [\n'), exits2);
    assert.throws(usage('config:\n  ecommerce-demo:nonsense: 1\n'), exits2);
  });
});
