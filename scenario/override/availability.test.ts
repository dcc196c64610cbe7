import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resolveScenario } from '../resolve';
import { availability } from './availability';
import { paused, runOf } from './change';
import { healingRun } from './start';

const START = 1_700_000_000;
const at = (minute: number): number => START + minute * 6;
const options = { nowSeconds: START - 5, startTimestamp: START };
const normal = resolveScenario({ minuteSeconds: 6 }, options);
const outage = resolveScenario({ demoMode: 'blackfriday', minuteSeconds: 6 }, options);
const run = runOf(outage, 'console');

describe('which actions work', () => {
  const configured = { desired: outage, override: null };
  const running = { desired: normal, override: run };

  it('normal: only start, and the others say why', () => {
    const can = availability({ desired: normal, override: null }, at(0));
    assert.deepEqual(can.start, { ok: true });
    for (const name of ['pause', 'resume', 'goto', 'abort', 'ablate-index'] as const) {
      assert.equal(can[name].ok, false, name);
      assert.match((can[name] as { why: string }).why, /start one first/);
    }
  });

  it('a run: not start (who runs is named), not resume, not "none"', () => {
    const can = availability(running, at(12));
    assert.match((can.start as { why: string }).why, /started by console/);
    assert.equal(can.pause.ok, true);
    assert.equal(can.resume.ok, false);
    assert.equal(can['ablate-index'].ok, true);
    assert.equal(can['ablate-none'].ok, false);
    assert.equal(can.abort.ok, true);
  });

  it('held: resume, not pause; before the start and after the end no pause', () => {
    const held = { desired: normal, override: paused(run, at(12), 3600) };
    assert.equal(availability(held, at(20)).pause.ok, false);
    assert.equal(availability(held, at(20)).resume.ok, true);
    assert.match((availability(running, at(-0.5)).pause as { why: string }).why, /not begun/);
    assert.match((availability(running, at(31)).pause as { why: string }).why, /over/);
  });

  it('an outage of stack config can be steered, and healed', () => {
    const can = availability(configured, at(12));
    assert.equal(can.abort.ok, true);
    assert.equal(can['ablate-pool'].ok, true);
    assert.match((can.start as { why: string }).why, /stack's config/);
    const healed = { desired: configured.desired, override: healingRun(configured.desired, at(5)) };
    assert.equal(availability(healed, at(6)).start.ok, true);
  });

  it('nothing works before the database is set up', () => {
    const can = availability({ desired: null, override: null }, 0);
    assert.ok(Object.values(can).every(({ ok }) => !ok));
  });
});
