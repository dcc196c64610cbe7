import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import type { Request, Response } from 'express';
import { HttpError } from '../errors';
import { knownHosts } from './known-hosts';

/** Status for a request with this Host, that came to `localAddress`. */
function statusFor(host: string | undefined, localAddress = '127.0.0.1', env = {}): number {
  const request = { headers: { host }, socket: { localAddress } } as unknown as Request;
  const next = mock.fn();
  try {
    void knownHosts(['cart'], env)(request, {} as unknown as Response, next);
  } catch (error) {
    assert.ok(error instanceof HttpError);
    return error.status;
  }
  return next.mock.callCount() === 1 ? 200 : 0;
}

describe('known hosts', () => {
  it('are those of this machine, with any port and in any case', () => {
    for (const host of ['localhost:8013', 'LOCALHOST', '127.0.0.1:1', '[::1]:8013', 'localhost.'])
      assert.equal(statusFor(host), 200, host);
  });

  it("are the Service's names in the cluster", () => {
    const env = { POD_NAMESPACE: 'shop' };
    for (const host of ['cart', 'cart.shop', 'cart.shop.svc:8013', 'cart.shop.svc.cluster.local'])
      assert.equal(statusFor(host, '10.0.0.9', env), 200, host);
    for (const host of ['cart.other', 'frontend', 'cart.shop.svc.evil.example'])
      assert.equal(statusFor(host, '10.0.0.9', env), 421, host);
  });

  it('are what the operator says, and the very address that was called, as a probe does', () => {
    const env = { KNOWN_HOSTS: 'Shop.example.com, 203.0.113.7,2001:db8::7' };
    for (const host of ['shop.example.com', '203.0.113.7:30018', '[2001:db8::7]:30018'])
      assert.equal(statusFor(host, '', env), 200, host);
    assert.equal(statusFor('10.42.0.5:8013', '::ffff:10.42.0.5'), 200);
    assert.equal(statusFor('[fd00::5]:8013', 'fd00::5'), 200);
    assert.equal(statusFor('10.42.0.5:8013', '10.42.0.6'), 421);
  });

  it('are no others: a name that was pointed at us, one that only looks like ours, none at all', () => {
    for (const host of [
      'evil.example:8013',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      'evil@localhost',
      'localhost/evil',
      'localhost,evil.example',
      '',
      undefined,
    ])
      assert.equal(statusFor(host), 421, String(host));
  });
});
