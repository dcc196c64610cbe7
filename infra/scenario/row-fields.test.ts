import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resolveScenario } from '../../scenario/resolve';
import { parseScenarioConfig } from '../../scenario/config/parse';
import { documentOf } from './resources';
import { rowFields } from './row-fields';

const fieldsOf = (config: Record<string, unknown>) =>
  rowFields(documentOf(resolveScenario(parseScenarioConfig(config), { nowSeconds: 0, scaleDefault: 1 })));

describe("the scenario row's fields in a preview", () => {
  it('tell mode, pool, curve and storage in a line each', () => {
    const fields = fieldsOf({ demoMode: 'blackfriday', traffic: { scale: 0.25 } });
    assert.equal(fields.mode, 'blackfriday');
    assert.equal(fields.pool, '5 connections, 2000 ms to get one');
    assert.equal(fields.clock, '30 minutes of 60 s');
    assert.equal(fields.curve[2], 'minute 5: 525 checkout rpm, 15 % fail');
    assert.equal(fields.curve.length, fields.storage.length);
    assert.match(fields.storage[2] ?? '', /^minute 5: 6\d\d ms for a full scan$/);
  });

  it('say nothing of a curve in normal mode', () => {
    const fields = fieldsOf({ demoMode: 'normal' });
    assert.deepEqual([fields.curve, fields.storage], [[], []]);
    assert.equal(fields.pool, '100 connections, 2000 ms to get one');
  });

  it('say when storage is not emulated', () => {
    assert.deepEqual(fieldsOf({ demoMode: 'blackfriday', storageEmulation: false }).storage, [
      'not emulated',
    ]);
  });

  it('differ where two scenarios differ', () => {
    const [before, after] = [{}, { pool: { max: 200 } }].map((own) =>
      fieldsOf({ demoMode: 'blackfriday', ...own }),
    );
    assert.notEqual(before?.pool, after?.pool);
    assert.deepEqual(before?.curve, after?.curve);
  });
});
