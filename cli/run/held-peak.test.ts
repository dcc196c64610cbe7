import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resolveScenario } from '../../scenario/resolve';
import { runOf } from '../../scenario/override/change';
import type { Override } from '../../scenario/types';
import { Refusal } from '../../machine/errors';
import { HeldPeak } from './held-peak';
import { TALK_HOLD_SECONDS } from './talk';

const NOW = 1_700_000_000;
const scenario = resolveScenario(
  { demoMode: 'blackfriday' },
  { nowSeconds: NOW, startTimestamp: NOW, scaleDefault: 0.25 },
);

function talk(peakMinute: number | null, fail: (() => Error | null) | null = null) {
  let run: Override = runOf(scenario, 'cli');
  const lines: string[] = [];
  const seen = { prolonged: 0, run: () => run, lines };
  const conductor = {
    change: (change: (found: Override, state: never) => Override): Promise<Override> => {
      const error = fail?.() ?? null;
      if (error !== null) return Promise.reject(error);
      run = change(run, undefined as never);
      return Promise.resolve(run);
    },
  };
  const controls = {
    prolong: () => {
      seen.prolonged += 1;
      return Promise.resolve();
    },
  };
  const peak = new HeldPeak(peakMinute, conductor, controls, { line: (text) => lines.push(text) });
  return { peak, seen };
}

describe('a talk at its peak', () => {
  it('is held once, kept from expiring, and healed when it is asked for', async () => {
    const { peak, seen } = talk(20);
    peak.heal();
    assert.match(seen.lines[0] ?? '', /Nothing is held yet/);
    assert.equal(await peak.look(19.9, NOW), false);
    assert.equal(peak.isHeld, false);
    assert.equal(await peak.look(20, NOW + 100), false);
    assert.equal(peak.isHeld, true);
    assert.equal(seen.run().pausedAt, NOW + 100);
    const before = seen.prolonged;
    await peak.look(20, NOW + 120);
    assert.equal(seen.prolonged, before, 'not at every look');
    await peak.look(20, NOW + 131);
    assert.equal(seen.prolonged, before + 1);
    assert.equal(seen.run().pausedAt, NOW + 100, 'held once');
    peak.heal();
    assert.equal(await peak.look(20, NOW + 132), true);
  });

  it('is healed by itself after ten minutes', async () => {
    const { peak } = talk(20);
    await peak.look(20, NOW);
    assert.equal(await peak.look(20, NOW + TALK_HOLD_SECONDS), false);
    assert.equal(await peak.look(20, NOW + TALK_HOLD_SECONDS + 1), true);
  });

  it('is held at the next look when the database is away, and not at all without a talk', async () => {
    let away = true;
    const { peak, seen } = talk(20, () => (away ? new Error('ECONNREFUSED') : null));
    assert.equal(await peak.look(21, NOW), false);
    assert.equal(peak.isHeld, false);
    away = false;
    await peak.look(21, NOW + 1);
    assert.equal(seen.run().pausedAt, NOW + 1);
    const run = talk(null);
    await run.peak.look(29, NOW);
    assert.equal(run.peak.isHeld, false);
    const ended = talk(20, () => new Refusal('No run is under way'));
    assert.equal(await ended.peak.look(21, NOW), false);
  });
});
