import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import type { Request, Response } from 'express';
import { requireAdminToken } from './admin';
import { HttpError } from './errors';

/** Status for an admin call from an address, with a header. */
function statusFor(remoteAddress: string, authorization?: string): number {
  const request = { headers: { authorization }, socket: { remoteAddress } } as unknown as Request;
  const next = mock.fn();
  try {
    void requireAdminToken('secret')(request, { set: () => undefined } as unknown as Response, next);
  } catch (error) {
    assert.ok(error instanceof HttpError);
    return error.status;
  }
  return next.mock.callCount() === 1 ? 200 : 0;
}

describe('run-time control', () => {
  it('is for who has the token', () => {
    assert.equal(statusFor('127.0.0.1', 'Bearer secret'), 200);
    for (const header of [
      undefined,
      'Bearer',
      'Bearer secret2',
      'bearer secret',
      'Basic secret',
      'Bearer  secret',
    ])
      assert.equal(statusFor('127.0.0.1', header), 401, header);
  });

  it('comes from this machine alone, by whatever family: elsewhere the token would have crossed a network in clear', () => {
    for (const address of ['127.0.0.1', '127.0.0.53', '::1', '::ffff:127.0.0.1'])
      assert.equal(statusFor(address, 'Bearer secret'), 200, address);
    for (const address of ['10.42.0.1', '203.0.113.7', '::ffff:10.0.0.1', 'fd00::1', '1127.0.0.1', ''])
      assert.equal(statusFor(address, 'Bearer secret'), 403, address);
  });
});
