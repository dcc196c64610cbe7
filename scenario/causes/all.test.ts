import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { presetOf } from '../presets/all';
import { resolveScenario } from '../resolve';
import { parseScenarioConfig } from '../config/parse';
import {
  ABLATABLE,
  ablationOf,
  ablationsOf,
  causesOf,
  CAUSES,
  deviationsOf,
  queueOf,
  telltalesOf,
} from './all';
import { DEMO_MODES, OUTAGES, type Scenario } from '../types';
import { ABLATIONS } from './document';

const outage = resolveScenario({ demoMode: 'blackfriday' }, { nowSeconds: 0, startTimestamp: 0 });

/** The causes' parts of a document. */
const partsIn = (scenario: Scenario) => CAUSES.map((cause) => cause.partOf(scenario));

describe('the causes', () => {
  it('of a preset all exist', () => {
    const names = CAUSES.map(({ name }) => name);
    for (const mode of OUTAGES)
      for (const name of Object.keys(presetOf(mode).causes)) assert.ok(names.includes(name as never), name);
  });

  it('each own a part of the document, and together all of theirs', () => {
    const keys = CAUSES.flatMap((cause) => Object.keys(cause.partOf(outage)));
    assert.equal(new Set(keys).size, keys.length);
    const again = Object.assign(
      { ...outage },
      ...CAUSES.map((cause) => cause.partOf(outage)),
    ) as typeof outage;
    assert.deepEqual(again, outage);
  });

  it('say of each mode where its checkouts queue', () => {
    for (const mode of DEMO_MODES) assert.notEqual(queueOf(mode).pool, '', mode);
    assert.deepEqual(
      [queueOf('normal').pool, queueOf('flash-sale').pool],
      ['recommendation', 'reservations'],
    );
  });

  it('foretell an exhausted pool only where the pool is what checkouts lack', () => {
    for (const [demoMode, expected] of [
      ['blackfriday', true],
      ['bad-release', true],
      ['flash-sale', false],
    ] as const) {
      const scenario = resolveScenario({ demoMode }, { nowSeconds: 0, startTimestamp: 0 });
      const failing = scenario.expectations.find(({ predicted }) => predicted.errorRate > 0.5);
      assert.ok(failing, demoMode);
      assert.equal(telltalesOf(scenario, failing).has('db.connection.pool.exhausted'), expected, demoMode);
    }
  });

  it('have the ablations that can be asked for', () => {
    assert.deepEqual(
      ABLATABLE.map(({ name }) => name),
      [...ABLATIONS],
    );
    assert.equal(ablationOf(null), null);
  });

  it('show themselves as deviations, which an ablation takes away one by one', () => {
    const kinds = (ablation: (typeof ABLATIONS)[number] | null) =>
      deviationsOf({ ...outage, ...ablationOf(ablation)?.take(outage) }).map(({ kind }) => kind);
    assert.deepEqual(kinds(null), ['index', 'pool']);
    assert.deepEqual(kinds('index'), ['pool']);
    assert.deepEqual(kinds('pool'), ['index']);
    assert.deepEqual(deviationsOf(resolveScenario({}, { nowSeconds: 0 })), []);
  });

  it('are put back as the preset has them, and taken away by the same keys of stack config', () => {
    const options = { nowSeconds: 0, startTimestamp: 0 };
    for (const demoMode of OUTAGES) {
      const whole = resolveScenario({ demoMode }, options);
      const { causes } = presetOf(demoMode);
      for (const ablation of ablationsOf(demoMode)) {
        const taken = { ...whole, ...ablation.take(whole) };
        assert.deepEqual({ ...taken, ...ablation.putBack(taken, causes) }, whole);
        const config = parseScenarioConfig({ demoMode, ...ablation.config(causes) });
        assert.deepEqual(partsIn(resolveScenario(config, options)), partsIn(taken));
      }
    }
  });

  it('have evidence that the answer key points at', () => {
    const page = (mode: string) =>
      readFileSync(path.join(process.cwd(), 'docs', 'answer-key', `${mode}.md`), 'utf8');
    for (const cause of CAUSES) {
      const pages = OUTAGES.filter((mode) => causesOf(mode).includes(cause))
        .map(page)
        .join();
      for (const attribute of cause.evidence.attributes)
        assert.ok(pages.includes(attribute), `${cause.name}: ${attribute}`);
    }
  });
});
