import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { awsTestSettings } from '../aws/settings';

const ENOUGH = { PULUMI_AWS_E2E_ACCOUNT: '123456789012', PULUMI_AWS_E2E_OPERATOR_CIDR: '203.0.113.7/32' };

describe('the test of a real account', () => {
  it('begins in the account that is named only, and names what is missing', () => {
    assert.throws(() => awsTestSettings({}), /PULUMI_AWS_E2E_ACCOUNT: [^]*PULUMI_AWS_E2E_OPERATOR_CIDR: /);
    assert.throws(
      () => awsTestSettings({ ...ENOUGH, PULUMI_AWS_E2E_ACCOUNT: 'mine' }),
      /number of the account that pays/,
    );
    const { minutes, access } = awsTestSettings(ENOUGH);
    assert.deepEqual([minutes, access], [60, { operatorCidrs: '["203.0.113.7/32"]' }]);
    const account = { PULUMI_AWS_E2E_ACCOUNT: ENOUGH.PULUMI_AWS_E2E_ACCOUNT };
    const closed = awsTestSettings({ ...account, PULUMI_AWS_E2E_CONFIG: '{"hostAccess":"ssm"}' });
    assert.deepEqual(closed.access, {}, 'no port is open to any address');
  });

  it('does not begin where its time may cost more than its budget', () => {
    assert.throws(
      () => awsTestSettings({ ...ENOUGH, PULUMI_AWS_E2E_MINUTES: '240' }),
      /240 minutes of 1 host\(s\) may cost 0\.60 USD, and PULUMI_AWS_E2E_BUDGET_USD is 0\.5/,
    );
    assert.throws(
      () => awsTestSettings({ ...ENOUGH, PULUMI_AWS_E2E_CONFIG: '{"agents":9}' }),
      /10 host\(s\) may cost 1\.50 USD/,
    );
    const other = { ...ENOUGH, PULUMI_AWS_E2E_CONFIG: '{"instanceType":"m7i.2xlarge"}' };
    assert.throws(
      () => awsTestSettings(other),
      /PULUMI_AWS_E2E_USD_PER_HOUR: what a host of that instanceType costs/,
    );
    assert.throws(
      () => awsTestSettings({ ...other, PULUMI_AWS_E2E_USD_PER_HOUR: '0.6' }),
      /60 minutes of 1 host\(s\) may cost 0\.60 USD/,
    );
  });
});
