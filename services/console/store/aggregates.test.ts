import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { span } from '../../../test/otlp/spans';
import { queueOf } from '../../../scenario/causes/all';
import { Aggregates } from './aggregates';
import { factsOf } from './facts';

const NOW_MS = 1_700_000_000_000;

/** One failed demo checkout of 10 USD in a demo minute. */
function lose(aggregates: Aggregates, minute: number, services: readonly string[] = ['frontend']): void {
  for (const service of services) {
    const record = span({
      service,
      startMs: NOW_MS,
      attributes: {
        'traffic.type': 'demo',
        'demo.run_id': 'run-1',
        'demo.minute': String(minute),
        'checkout.failed': true,
        'order.total': 10,
      },
    });
    aggregates.add(record, factsOf(record), NOW_MS);
  }
}

describe('the causes of outages', () => {
  it('are counted apart: the wait for each pool, and the statement that holds it', () => {
    const aggregates = new Aggregates();
    const see = (durationMs: number, attributes: Record<string, string | boolean>): void => {
      const record = span({
        startMs: NOW_MS - 5000,
        durationMs,
        attributes: { 'traffic.type': 'demo', ...attributes },
      });
      aggregates.add(record, factsOf(record), NOW_MS);
    };
    see(2000, { 'db.client.connection.pool.name': 'recommendation' });
    see(1000, { 'db.client.connection.pool.name': 'orders' });
    see(1000, { 'db.client.connection.pool.name': 'orders' });
    see(1200, { 'db.query.text': 'select', 'db.slow_query': true });
    see(300, { 'db.query.text': 'update', 'db.query.summary': 'UPDATE shop.stock' });
    see(9, { 'db.query.text': 'select', 'db.query.summary': 'SELECT ecommerce.products' });
    const seconds = NOW_MS / 1000;
    const seen = (mode: Parameters<typeof queueOf>[0]) => {
      const { statement, wait } = aggregates.causeWindow(queueOf(mode), seconds - 10, seconds);
      return [statement?.requests ?? null, wait.requests];
    };
    assert.deepEqual(seen('blackfriday'), [1, 1]);
    assert.deepEqual(seen('bad-release'), [null, 2]);
    assert.deepEqual(seen('flash-sale'), [1, 0]);
  });
});

describe('the demo minutes of a run', () => {
  it('are the newest 240 of a run as long as config allows, and the run counts on', () => {
    const aggregates = new Aggregates();
    for (let minute = 0; minute < 1440; minute += 1) lose(aggregates, minute);
    const kept = aggregates.minutes('run-1');
    assert.equal(kept.length, 240);
    assert.equal(kept[0]?.minute, 1200);
    assert.equal(kept.at(-1)?.minute, 1439);
    for (const { lostRevenueUsd, flow } of kept) {
      assert.equal(lostRevenueUsd, 10);
      assert.equal(flow['checkout.failed'], 1);
    }
    assert.equal(aggregates.runSeen('run-1')?.lostRevenueUsd, 14_400);
  });

  it('count a late span of a minute that is gone for its run, and evict nothing newer for it', () => {
    const aggregates = new Aggregates();
    for (let minute = 0; minute < 241; minute += 1) lose(aggregates, minute);
    lose(aggregates, 0);
    lose(aggregates, 1);
    const kept = aggregates.minutes('run-1');
    assert.deepEqual([kept.length, kept[0]?.minute, kept[0]?.lostRevenueUsd], [240, 1, 20]);
    assert.equal(aggregates.runSeen('run-1')?.lostRevenueUsd, 2430);
  });

  it('give back the room of evicted minutes: new ones are measured, too', () => {
    const aggregates = new Aggregates();
    const services = Array.from({ length: 16 }, (_, index) => `service-${String(index)}`);
    for (let minute = 0; minute < 600; minute += 1) lose(aggregates, minute, services);
    assert.equal(aggregates.droppedRecords, 0);
    assert.equal(aggregates.minutes('run-1').at(-1)?.series.length, 16);
  });
});

describe('the demo minute of a span', () => {
  const minuteOf = (minute: string | number): number | null =>
    factsOf(span({ attributes: { 'demo.minute': minute } })).minute;

  it('is any whole minute from 0 on', () => {
    assert.deepEqual([minuteOf('0'), minuteOf(601), minuteOf('1439.7')], [0, 601, 1439]);
  });

  it('is none when it is no minute', () => {
    assert.deepEqual([minuteOf(-1), minuteOf('x'), minuteOf(''), minuteOf(1e300)], [null, null, null, null]);
  });
});

describe('the business of some seconds', () => {
  it('is how checkouts ended, and what the placed ones earned', () => {
    const aggregates = new Aggregates();
    const ended = (attributes: Record<string, string | number | boolean>, service = 'frontend'): void => {
      const record = span({
        service,
        startMs: NOW_MS,
        attributes: {
          'http.request.method': 'POST',
          'http.route': '/api/checkout',
          'order.total': 30,
          ...attributes,
        },
      });
      aggregates.add(record, factsOf(record), NOW_MS);
    };
    for (let order = 0; order < 3; order += 1)
      ended({ 'http.response.status_code': 200, 'checkout.failed': false, 'order.created': true });
    ended({ 'http.response.status_code': 200, 'checkout.failed': false, 'order.created': false });
    ended({ 'http.response.status_code': 402, 'payment.status': 'declined' });
    ended({ 'http.response.status_code': 409 });
    ended({ 'http.response.status_code': 503, 'checkout.failed': true });
    ended({ 'http.response.status_code': 200, 'http.route': '/api/browse' });
    ended({ 'http.response.status_code': 201, 'order.created': true }, 'checkout');
    const second = NOW_MS / 1000;
    assert.deepEqual(aggregates.businessBetween(second, second + 1), {
      placed: 3,
      declined: 1,
      refused: 1,
      failed: 1,
      earnedUsd: 90,
    });
    assert.equal(aggregates.businessBetween(second + 1, second + 60).placed, 0);
  });
});
