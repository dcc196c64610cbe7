import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { callerWarning } from './operators';

describe('callerWarning', () => {
  it('is silent when the caller is allowed, or cannot be compared', () => {
    assert.equal(callerWarning(['198.51.100.0/24'], '198.51.100.9'), null);
    assert.equal(callerWarning(['2001:db8::/48'], '2001:db8::9'), null);
    assert.equal(callerWarning(['198.51.100.0/24'], '2001:db8::9'), null);
    assert.equal(callerWarning(['198.51.100.0/24'], 'no address'), null);
  });

  it('names the address and the command that allows it', () => {
    const warning = callerWarning(['198.51.100.0/24'], '203.0.113.7');
    assert.match(warning ?? '', /203\.0\.113\.7 is not in operatorCidrs/);
    assert.match(warning ?? '', /pulumi config set --path 'operatorCidrs\[1\]' 203\.0\.113\.7\/32/);
  });
});
