import assert from 'node:assert/strict';
import { test } from 'node:test';
import { traceparentOf, withoutTraceparent, withTraceparent } from './sql-comment';

const STATEMENT = 'update shop.stock set available = 1';

test('a statement carries its trace, and loses it again', () => {
  const spanContext = {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    traceFlags: 1,
  };
  const told = withTraceparent(STATEMENT, spanContext);
  assert.equal(traceparentOf(told), '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
  assert.equal(withoutTraceparent(told), STATEMENT);
});

test('without a span there is nothing to carry', () => {
  assert.equal(withTraceparent(STATEMENT), STATEMENT);
  assert.equal(traceparentOf(STATEMENT), null);
  assert.equal(withoutTraceparent(STATEMENT), STATEMENT);
});
