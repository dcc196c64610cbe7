import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { HttpError } from './errors';
import { parseInput } from './validate';

const schema = z.object({ user_id: z.string(), quantity: z.coerce.number().int().min(1) });

describe('parseInput', () => {
  it('gives the parsed input', () => {
    assert.deepEqual(parseInput(schema, { user_id: 'u', quantity: '2' }), { user_id: 'u', quantity: 2 });
  });

  it('names every wrong field in one 400', () => {
    assert.throws(
      () => parseInput(schema, { quantity: 0 }),
      (error: unknown) => {
        assert.ok(error instanceof HttpError);
        assert.equal(error.status, 400);
        assert.equal(error.reason, 'invalid-input');
        const fields = error.extra.fields as { field: string }[];
        assert.deepEqual(fields.map(({ field }) => field).sort(), ['quantity', 'user_id']);
        return true;
      },
    );
  });

  it('says when the whole body is missing', () => {
    assert.throws(() => parseInput(schema, undefined), /\(body\)/);
  });
});
