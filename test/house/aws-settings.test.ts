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
    assert.equal(awsTestSettings(ENOUGH).minutes, 60);
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
  });
});
