import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resolveScenario } from './resolve';
import { DocumentFault, overrideDocument, scenarioDocument } from './document';
import { runOf } from './override/change';
import { readState } from './state';
import { DEMO_MODES, type Scenario } from './types';

const NOW = 1_790_000_000;
const scenarioOf = (config: Parameters<typeof resolveScenario>[0]): Scenario =>
  resolveScenario(config, { nowSeconds: NOW });

describe('the schema of a stored scenario', () => {
  for (const demoMode of DEMO_MODES) {
    it(`takes what is resolved of ${demoMode}, and loses nothing of it`, () => {
      const stored: unknown = JSON.parse(JSON.stringify(scenarioOf({ demoMode })));
      assert.deepEqual(scenarioDocument(stored), stored);
    });
  }

  it('shows all minutes of a document of before', () => {
    const { shownMinutes, ...old } = scenarioOf({ demoMode: 'blackfriday' });
    assert.ok(shownMinutes > 0);
    assert.equal(scenarioDocument(old).shownMinutes, old.durationMinutes);
  });

  const scenario = scenarioOf({ demoMode: 'blackfriday' });
  const faulty: [what: string, document: unknown, names: RegExp][] = [
    ['any object', { mode: 'normal' }, /version/],
    ['nothing', null, /./],
    ['an unknown mode', { ...scenario, mode: 'friday' }, /^mode/],
    [
      'a pool of none',
      { ...scenario, pools: { ...scenario.pools, recommendation: null } },
      /^pools\.recommendation/,
    ],
    ['a minute without length', { ...scenario, minuteSeconds: 0 }, /^minuteSeconds/],
    ['an endless time', { ...scenario, startTimestamp: 1e30 }, /^startTimestamp/],
    [
      'a text for a rate',
      { ...scenario, traffic: { ...scenario.traffic, baselineRpm: '100' } },
      /^traffic\.baselineRpm/,
    ],
  ];
  for (const [what, document, names] of faulty) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => scenarioDocument(document),
        (error: unknown) => error instanceof DocumentFault && names.test(error.message),
      );
    });
  }

  it('refuses a run of no scenario', () => {
    const run = runOf(scenario, 'cli');
    assert.deepEqual(overrideDocument(run), run);
    assert.throws(() => overrideDocument({ ...run, scenario: {} }), DocumentFault);
  });

  it('keeps a row that holds none from counting, and says so', async () => {
    const state = await readState({
      query: () => Promise.resolve({ rows: [{ desired: { mode: 'normal' }, override_revision: null }] }),
    });
    assert.equal(state.desired, null);
    assert.match(state.faults.join(), /the desired row holds no scenario: version/);
  });
});
