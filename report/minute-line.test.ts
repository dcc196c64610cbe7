import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cohort, goodRun } from '../test/mocks/runs';
import { evaluateFlowAlert, SEED_FLOW_ALERT } from '../scenario/flow-alert';
import { flowAlertText, flowMinuteOf, minuteLines } from './minute-line';

describe('the line of a minute', () => {
  const found = goodRun().minutes[20];
  assert.ok(found);
  const minute = {
    ...found,
    demo: { ...found.demo, ...cohort(420, 328, 3210), rpm: 4200, lostRevenueUsd: 16_400.4 },
    baseline: cohort(10, 0, 12),
  };

  it("has the seed's form", () => {
    const [title, figures] = minuteLines(minute, 30, { requests: 2160, errors: 540 }, 1_234_567.8, {
      flowAlert: flowAlertText(true, 6),
      blind: false,
    });
    assert.equal(title, '--- Minute 20/30 ---');
    assert.match(
      figures ?? '',
      /^ {2}Phase: catastrophe \| RPM: 4200 \| Requests: 2160 \| Errors: 540 \(25\.0%\) \| this minute 328 of 420 failed \(78\.1%\) \| p95 3210 ms \| Flow alert: firing since minute 6 \| baseline 0 of 10 failed, p95 12 ms \| lost \$16,400, \$1,234,568 in total \| target 78\.0%, predicted 7\d\.\d%$/,
    );
  });

  it('is looked at by the flow alert by its rates', () => {
    const state = (demo: Partial<typeof minute.demo>): string =>
      evaluateFlowAlert([flowMinuteOf({ minute: 20, demo: { ...minute.demo, ...demo } })], SEED_FLOW_ALERT)
        .state;
    assert.equal(state({}), 'firing');
    assert.equal(state({ errorRate: 0.2 }), 'armed');
    assert.equal(state({ p95Ms: 2000 }), 'armed');
  });
});
