import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { contextWithCohort } from '../lib/cohort';
import { messageContext, originOf } from '../lib/requests/message-context';
import { confirmationOf } from './confirmations';

const ORDER = {
  order_id: '0b5f4c1e-7d43-5c8e-9a35-2f1f0a6f7c11',
  user_id: 'user-1',
  total_cents: '12305',
  currency: 'EUR',
};

describe('a confirmation', () => {
  it('says what was ordered', () => {
    assert.equal(
      confirmationOf({ ...ORDER, items: [{ quantity: 2 }, { quantity: 1 }] }),
      `Thank you: your order ${ORDER.order_id} of 3 pieces, 123.05 EUR, is confirmed.`,
    );
    assert.match(confirmationOf({ ...ORDER, items: [{ quantity: 1 }] }), / of 1 piece, /);
  });
});

describe('what a message carries', () => {
  const span = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
  const cohort = { trafficType: 'demo', runId: 'run-1', minute: 12, phase: 'peak' } as const;

  it('is the span and the cohort of the request that writes it', () => {
    const within = contextWithCohort(trace.setSpanContext(ROOT_CONTEXT, span), cohort);
    const carried = messageContext(within);
    assert.deepEqual(Object.keys(carried).sort(), ['baggage', 'traceparent']);
    const origin = originOf(JSON.parse(JSON.stringify(carried)) as Record<string, unknown>);
    assert.equal(origin.span?.traceId, span.traceId);
    assert.equal(origin.span.spanId, span.spanId);
    assert.deepEqual(origin.cohort, cohort);
  });

  it('may be nothing, or nonsense', () => {
    for (const carrier of [
      {},
      { traceparent: 'x', baggage: 'y' },
      { traceparent: 3, baggage: ['traffic.type=demo'] },
    ])
      assert.deepEqual(originOf(carrier), { span: null, cohort: null }, JSON.stringify(carrier));
  });
});
