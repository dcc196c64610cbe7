import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cohort, goodRun } from '../test/mocks/runs';
import { firesFlowAlert, flowAlertText, minuteLines } from './minute-line';

describe('the line of a minute', () => {
  const found = goodRun().minutes[20];
  assert.ok(found);
  const minute = {
    ...found,
    demo: { ...found.demo, ...cohort(420, 328, 3210), rpm: 4200, lostRevenueUsd: 16_400.4 },
    baseline: cohort(10, 0, 12),
  };

  it("has the seed's form", () => {
    const [title, figures] = minuteLines(minute, 30, 1_234_567.8, {
      flowAlert: flowAlertText(true, 6),
      blind: false,
    });
    assert.equal(title, '--- Minute 20/30 ---');
    assert.match(
      figures ?? '',
      /^ {2}Phase: catastrophe \| RPM: 4200 \| Requests: 420 \| Errors: 328 \(78\.1%\) \| p95 3210 ms \| Flow alert: firing since minute 6 \| baseline 0 of 10 failed, p95 12 ms \| lost \$16,400, \$1,234,568 in total \| target 78\.0%, predicted 7\d\.\d%$/,
    );
  });

  it('says when the flow alert has its numbers', () => {
    assert.equal(firesFlowAlert(minute), true);
    assert.equal(firesFlowAlert({ demo: { ...minute.demo, errorRate: 0.2 } }), false);
    assert.equal(firesFlowAlert({ demo: { ...minute.demo, p95Ms: 2000 } }), false);
  });
});
