import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HttpError } from './errors';
import { toHttpError } from './database';

const failed = (code?: string): Error => Object.assign(new Error('x'), code === undefined ? {} : { code });

describe('an error of PostgreSQL', () => {
  it('is 503 while schema, roles and grants are not there', () => {
    for (const code of ['3D000', '3F000', '42P01', '42883', '42501', '28000', '28P01']) {
      const error = toHttpError(failed(code));
      assert.ok(error instanceof HttpError, code);
      assert.deepEqual([error.status, error.reason], [503, 'database-not-set-up'], code);
    }
  });

  it('is 503 when the server is away or cancelled the query, and itself when the statement is wrong', () => {
    for (const [code, reason] of [
      ['57014', 'query-timeout'],
      ['55P03', 'lock-timeout'],
      ['57P01', 'database-unavailable'],
      ['08006', 'database-unavailable'],
      [undefined, 'database-unavailable'],
    ] as const) {
      const error = toHttpError(failed(code));
      assert.ok(error instanceof HttpError, code);
      assert.equal(error.reason, reason);
    }
    const syntax = failed('42601');
    assert.equal(toHttpError(syntax), syntax);
  });
});
