import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SEED_FLOW_ALERT } from '../scenario/flow-alert';
import { goodRun } from '../test/mocks/runs';
import { flowAlertGrade, flowAlertOutcome } from './flow-alert-grade';
import { verdictOf } from './verdict';

describe("the flow alert's grade", () => {
  const run = goodRun();

  it('is as predicted within a minute, failed beyond it or when it did not fire', () => {
    assert.equal(flowAlertGrade(run).kind, 'as predicted');
    assert.equal(flowAlertGrade({ ...run, flowAlertMinute: 23 }).kind, 'as predicted');
    for (const flowAlertMinute of [6, 20, 24, null]) {
      const found = { ...run, flowAlertMinute };
      assert.equal(flowAlertGrade(found).kind, 'failed', String(flowAlertMinute));
      const { ok, failures } = verdictOf(found);
      assert.equal(ok, false);
      assert.match(failures.join(), /flow alert: .*minute 22 was predicted/);
    }
  });

  it('is not given to a run that left out minutes which it looks at', () => {
    const from16 = {
      ...run,
      minutes: run.minutes.filter(({ minute }) => minute >= 16),
      flowAlertMinute: null,
    };
    assert.deepEqual(flowAlertGrade(from16), { kind: 'not graded', why: 'it looks at minutes 7 to 23' });
    assert.equal(verdictOf(from16).ok, true);
  });

  it('fails when it fires although it never was to', () => {
    const rule = { ...SEED_FLOW_ALERT, errorRate: 0.9 };
    const never = { ...run, flowAlertPlanned: { minute: null, rule } };
    assert.equal(flowAlertGrade(never).kind, 'failed');
    assert.equal(flowAlertGrade({ ...never, flowAlertMinute: null }).kind, 'as predicted');
  });

  it('is printed with its prediction and rule', () => {
    assert.equal(
      flowAlertOutcome(run),
      'fired in minute 22 (predicted: minute 22; errors above 30 %, p95 above 2 s, for 15 minutes)',
    );
  });
});
