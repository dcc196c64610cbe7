import assert from 'node:assert/strict';
import { it } from 'node:test';
import { EXIT, Refusal } from '../machine/errors';
import { readKnownHosts } from './known-hosts';

it('hosts by which the shop may be called are found in what was pasted', () => {
  const read = (text: string): string => readKnownHosts({ ECOMMERCE_KNOWN_HOSTS: text });
  assert.equal(readKnownHosts({}), '');
  assert.equal(read(' Demo.test , http://192.168.1.20:8018/ ,,fe80::1'), 'demo.test,192.168.1.20,[fe80::1]');
  assert.throws(
    () => read('demo.test,my laptop'),
    (error: unknown) =>
      error instanceof Refusal &&
      error.exitCode === EXIT.usage &&
      error.message.includes('"my laptop" is no host'),
  );
});
