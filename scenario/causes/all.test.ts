import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { presetOf } from '../presets/all';
import { resolveScenario } from '../resolve';
import { parseScenarioConfig } from '../config/parse';
import { ABLATABLE, ablationOf, CAUSES, deviationsOf } from './all';
import type { Scenario } from '../types';
import { ABLATIONS } from './document';

const outage = resolveScenario({ demoMode: 'blackfriday' }, { nowSeconds: 0, startTimestamp: 0 });

/** The causes' parts of a document. */
const partsIn = (scenario: Scenario) => CAUSES.map((cause) => cause.partOf(scenario));

describe('the causes', () => {
  it('of a preset all exist', () => {
    const names = CAUSES.map(({ name }) => name);
    for (const mode of ['blackfriday', 'blackfriday-v3'] as const)
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

  it('are put back as the preset has them', () => {
    for (const ablation of ABLATABLE) {
      const taken = { ...outage, ...ablation.take(outage) };
      assert.deepEqual({ ...taken, ...ablation.putBack(taken, presetOf('blackfriday').causes) }, outage);
    }
  });

  it('are taken away by the same keys of stack config', () => {
    for (const demoMode of ['blackfriday', 'blackfriday-v3'] as const) {
      const options = { nowSeconds: 0, startTimestamp: 0 };
      for (const ablation of ABLATABLE) {
        const config = { demoMode, ...ablation.config(presetOf(demoMode).causes) };
        const taken = resolveScenario({ demoMode }, { ...options, ablation: ablation.name });
        assert.deepEqual(partsIn(resolveScenario(parseScenarioConfig(config), options)), partsIn(taken));
      }
    }
  });

  it('have evidence that the answer key points at', () => {
    const page = readFileSync(path.join(process.cwd(), 'docs', 'answer-key', 'blackfriday.md'), 'utf8');
    for (const { name, evidence } of CAUSES)
      for (const attribute of evidence.attributes)
        assert.ok(page.includes(attribute), `${name}: ${attribute}`);
  });
});
