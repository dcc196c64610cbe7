import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  evaluateFlowAlert,
  flowConditions,
  isFullMinute,
  meetsFlowAlert,
  SEED_FLOW_ALERT,
  type FlowMinute,
} from './flow-alert';
import { predictedFlowAlertMinute, predictedFlowMinutes } from './flow-prediction';
import { FLOW_ALERT_MINUTE } from './presets/preset';
import { resolveScenario } from './resolve';
import type { ScenarioConfig } from './config/schema';

const ALL = {
  'db.slow_query': 3,
  'db.full_table_scan': 3,
  'db.connection.pool.exhausted': 1,
  'checkout.failed': 1,
};
const met = (minute: number): FlowMinute => ({
  minute,
  full: true,
  requests: 120,
  errorRate: 0.28,
  p95Ms: 5004,
  spans: ALL,
});
const unmet = (minute: number): FlowMinute => ({ ...met(minute), errorRate: 0.1 });
const resolve = (config: ScenarioConfig, options = {}) =>
  resolveScenario(config, { nowSeconds: 1_800_000_000, ...options });

describe('the six conditions', () => {
  it('are the seed’s: the four attributes, error rate above 20 %, p95 above 2,000 ms', () => {
    assert.deepEqual(
      flowConditions(met(1), SEED_FLOW_ALERT).map(({ name, threshold, met: isMet }) => [
        name,
        threshold,
        isMet,
      ]),
      [
        ['db.slow_query', 0, true],
        ['db.full_table_scan', 0, true],
        ['db.connection.pool.exhausted', 0, true],
        ['checkout.failed', 0, true],
        ['error_rate', 0.2, true],
        ['duration_p95', 2000, true],
      ],
    );
  });

  it('must be exceeded, not reached, and all together', () => {
    assert.equal(meetsFlowAlert(met(1), SEED_FLOW_ALERT), true);
    assert.equal(meetsFlowAlert({ ...met(1), errorRate: 0.2 }, SEED_FLOW_ALERT), false);
    assert.equal(meetsFlowAlert({ ...met(1), p95Ms: 2000 }, SEED_FLOW_ALERT), false);
    assert.equal(meetsFlowAlert({ ...met(1), p95Ms: null }, SEED_FLOW_ALERT), false);
    for (const attribute of SEED_FLOW_ALERT.attributes) {
      assert.equal(
        meetsFlowAlert({ ...met(1), spans: { ...ALL, [attribute]: 0 } }, SEED_FLOW_ALERT),
        false,
        attribute,
      );
    }
  });

  it('are open before anything was seen', () => {
    for (const { observed, met: isMet } of flowConditions(null, SEED_FLOW_ALERT)) {
      assert.equal(observed, null);
      assert.equal(isMet, false);
    }
  });
});

describe('the state of the alert', () => {
  it('is armed until the first full minute meets all, then firing since that minute', () => {
    assert.equal(evaluateFlowAlert([], SEED_FLOW_ALERT).state, 'armed');
    assert.equal(evaluateFlowAlert([], SEED_FLOW_ALERT).evaluatedMinute, null);
    const under = evaluateFlowAlert([unmet(21), { ...met(22), full: false }], SEED_FLOW_ALERT);
    assert.deepEqual([under.state, under.sinceMinute, under.evaluatedMinute], ['armed', null, 21]);
    const firing = evaluateFlowAlert([met(23), unmet(21), met(22)], SEED_FLOW_ALERT);
    assert.deepEqual([firing.state, firing.sinceMinute, firing.evaluatedMinute], ['firing', 22, 23]);
    assert.deepEqual(firing.incidents, [{ fromMinute: 22, toMinute: null }]);
  });

  it('outlives one minute below the thresholds, and shows that minute’s conditions', () => {
    const alert = evaluateFlowAlert([met(6), unmet(7)], SEED_FLOW_ALERT);
    assert.deepEqual([alert.state, alert.sinceMinute], ['firing', 6]);
    assert.equal(alert.conditions.find(({ name }) => name === 'error_rate')?.met, false);
    assert.equal(evaluateFlowAlert([met(6), unmet(7), met(8), unmet(9)], SEED_FLOW_ALERT).sinceMinute, 6);
  });

  it('clears after two full minutes in a row, and can fire again', () => {
    const cleared = evaluateFlowAlert([met(6), met(7), unmet(8), unmet(9)], SEED_FLOW_ALERT);
    assert.deepEqual([cleared.state, cleared.sinceMinute], ['armed', null]);
    assert.deepEqual(cleared.incidents, [{ fromMinute: 6, toMinute: 7 }]);
    const again = evaluateFlowAlert([met(6), unmet(7), unmet(8), unmet(9), met(10)], SEED_FLOW_ALERT);
    assert.deepEqual(
      [again.state, again.sinceMinute, again.incidents],
      [
        'firing',
        10,
        [
          { fromMinute: 6, toMinute: 6 },
          { fromMinute: 10, toMinute: null },
        ],
      ],
    );
  });

  it('neither fires nor clears by a minute without checkouts or one that was not seen', () => {
    const silent = { ...unmet(7), requests: 0, errorRate: 0, p95Ms: null };
    const alert = evaluateFlowAlert([met(6), silent, unmet(8), { ...silent, minute: 9 }], SEED_FLOW_ALERT);
    assert.deepEqual([alert.state, alert.sinceMinute, alert.evaluatedMinute], ['firing', 6, 8]);
  });

  it('fires with the last of the minutes that its rule asks for, in a row', () => {
    const rule = { ...SEED_FLOW_ALERT, forMinutes: 3 };
    const held = evaluateFlowAlert([met(6), met(7)], rule);
    assert.deepEqual([held.state, held.heldMinutes], ['armed', 2]);
    const fired = evaluateFlowAlert([met(6), met(7), met(8), met(9)], rule);
    assert.deepEqual([fired.state, fired.sinceMinute, fired.heldMinutes], ['firing', 8, 4]);
    // One minute below takes it back to the beginning; one that was not seen does not.
    assert.equal(evaluateFlowAlert([met(6), met(7), unmet(8), met(9), met(10)], rule).state, 'armed');
    const unseen = { ...met(8), full: false };
    assert.equal(evaluateFlowAlert([met(6), met(7), unseen, met(9)], rule).sinceMinute, 9);
    // Once open it outlives a minute below, as with any rule.
    assert.equal(evaluateFlowAlert([met(6), met(7), met(8), unmet(9), met(10)], rule).sinceMinute, 8);
  });

  it('ends with its run', () => {
    const alert = evaluateFlowAlert([met(6), met(7)], SEED_FLOW_ALERT, false);
    assert.deepEqual([alert.state, alert.sinceMinute], ['armed', null]);
    assert.deepEqual(alert.incidents, [{ fromMinute: 6, toMinute: 7 }]);
  });
});

describe('a full minute', () => {
  it('is over, or was held as long as a minute is', () => {
    assert.equal(isFullMinute(21, 22.4, 60, 60), true);
    assert.equal(isFullMinute(22, 22.9, 54, 60), false);
    assert.equal(isFullMinute(22, 22.9, 75, 60), true, 'paused');
    assert.equal(isFullMinute(22, 22.9, null, 60), false);
    assert.equal(isFullMinute(23, 22.9, 75, 60), false);
    assert.equal(isFullMinute(22, null, null, 60), true);
  });
});

describe('the predicted alert', () => {
  it('fires in minute 22 of both presets, at any scale and length of a minute, never without a cause', () => {
    for (const [demoMode, scales] of [
      ['blackfriday', [0.25, 1]],
      ['blackfriday-v3', [1, 20 / 3]],
    ] as const) {
      for (const scale of scales) {
        for (const minuteSeconds of [6, 30, 60]) {
          const scenario = resolve({ demoMode, minuteSeconds, traffic: { scale } });
          assert.equal(
            predictedFlowAlertMinute(scenario),
            FLOW_ALERT_MINUTE,
            `${demoMode} ${scale} ${minuteSeconds}`,
          );
        }
      }
    }
    assert.equal(predictedFlowAlertMinute(resolve({ demoMode: 'blackfriday' }, { ablation: 'index' })), null);
    assert.equal(predictedFlowAlertMinute(resolve({ demoMode: 'blackfriday' }, { ablation: 'pool' })), null);
    assert.equal(predictedFlowAlertMinute(resolve({})), null);
  });

  it('has its border where a minute makes most difference: two points to either side', () => {
    const scenario = resolve({ demoMode: 'blackfriday' });
    const { errorRate, forMinutes } = scenario.flowAlert;
    const first = FLOW_ALERT_MINUTE - forMinutes + 1;
    const rates = predictedFlowMinutes(scenario).map((minute) => minute.errorRate);
    assert.ok((rates[first - 1] ?? 1) < errorRate - 0.02, String(rates[first - 1]));
    assert.ok((rates[first] ?? 0) > errorRate + 0.02, String(rates[first]));
  });

  it('follows config, and has the seed’s rule for a curve of one’s own', () => {
    const own = resolve({ demoMode: 'blackfriday', flowAlert: { errorRate: 0.2, forMinutes: 1 } });
    assert.deepEqual(own.flowAlert, SEED_FLOW_ALERT);
    assert.equal(predictedFlowAlertMinute(own), 6);
    const curve = [
      { minute: 0, rpm: 1000, errorRate: 0 },
      { minute: 10, rpm: 1000, errorRate: 0.5 },
    ];
    assert.deepEqual(resolve({ demoMode: 'blackfriday', curve }).flowAlert, SEED_FLOW_ALERT);
  });

  it('in V3 goes on to the end once it fires, and minute 21 is too healthy by its error rate alone', () => {
    const minutes = predictedFlowMinutes(resolve({ demoMode: 'blackfriday-v3' }));
    const alert = evaluateFlowAlert(minutes, SEED_FLOW_ALERT);
    assert.deepEqual(alert.incidents, [{ fromMinute: 22, toMinute: null }]);
    const before = minutes.find(({ minute }) => minute === 21);
    assert.ok(before);
    assert.deepEqual(
      flowConditions(before, SEED_FLOW_ALERT)
        .filter(({ met: isMet }) => !isMet)
        .map(({ name }) => name),
      ['error_rate'],
    );
  });

  it('tells why an ablation does not fire: no scan, or no error', () => {
    const unmetAt25 = (ablation: 'index' | 'pool') => {
      const minutes = predictedFlowMinutes(resolve({ demoMode: 'blackfriday' }, { ablation }));
      return flowConditions(minutes[25] ?? null, SEED_FLOW_ALERT)
        .filter(({ met: isMet }) => !isMet)
        .map(({ name }) => name);
    };
    assert.ok(unmetAt25('index').includes('db.full_table_scan'));
    assert.deepEqual(unmetAt25('pool').slice(0, 3), [
      'db.connection.pool.exhausted',
      'checkout.failed',
      'error_rate',
    ]);
    assert.ok(!unmetAt25('pool').includes('db.full_table_scan'));
  });
});
