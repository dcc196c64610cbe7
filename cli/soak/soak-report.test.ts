import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cohortStats, type CohortStats } from '../observation/answers';
import { GrowingCounts } from '../observation/growing-counts';
import { renderSoak, soakResult } from './soak-report';
import type { Sample } from './soak-samples';
import { trendOf } from './soak-statistics';

const facts = { startedAt: '2026-11-21T16:00:00Z', target: '/data', scale: 2 };

interface Shape {
  seconds?: number;
  /** Bytes of `cart` at a second. */
  cart?: (at: number) => number;
  /** Spans that had arrived when so many had ended. */
  received?: (ended: number, at: number) => number;
  ended?: (at: number) => number;
  load?: number;
  demo?: (at: number) => Partial<CohortStats>;
}

/** Ten minutes, a sample every five seconds: 100 spans and one journey a second. */
function samples(shape: Shape = {}): Sample[] {
  const { seconds = 600, cart = () => 100e6, received = (ended: number) => ended - 80 } = shape;
  return Array.from({ length: seconds / 5 + 1 }, (_, index): Sample => {
    const at = index * 5;
    const ended = shape.ended?.(at) ?? 5000 + at * 100;
    const cohort = {
      ...cohortStats({}),
      scheduled: at,
      started: at,
      dropped: 0,
      late: 0,
      requests: at,
      errors: 0,
      startLagP99Ms: 3,
    };
    return {
      at,
      rss: { cart: cart(at), postgresql: 200e6 },
      ended: { cart: ended },
      received: received(ended, at),
      machineLoad: shape.load ?? 0.5,
      load: { baseline: cohort, demo: { ...cohort, ...shape.demo?.(at) } },
    };
  });
}

const judged = (shape?: Shape) => soakResult(samples(shape), facts);

describe('a soak', () => {
  it('is well when nothing drops, grows or gets lost', () => {
    const result = judged();
    assert.deepEqual(result.failures, []);
    assert.equal(result.ok, true);
    assert.deepEqual(result.spans, { ended: 60_000, received: 60_000, lost: 0, uncertainty: 1 });
    assert.equal(result.cohorts.demo.ended, 600);
    assert.match(renderSoak(result), /60000 ended in the services, 60000 reached the console; lost: 0/);
  });

  it('finds a leak, with how sure it is', () => {
    // 90 MB an hour, and 2 MB of saw tooth.
    const leak = judged({ cart: (at) => 100e6 + (90e6 * at) / 3600 + (at % 25) * 80e3 });
    const cart = leak.memory.find(({ name }) => name === 'cart');
    assert.ok(cart?.slope !== null && cart?.slope !== undefined && cart.error !== null);
    assert.ok(Math.abs(cart.slope - 90) < 3 * Math.max(1, cart.error), `${cart.slope} ± ${cart.error}`);
    assert.match(leak.failures.join(), /^cart grows by \d+ ± \d+ MB an hour \(at most 60\)$/);
    const slow = judged({ cart: (at) => 100e6 + (50e6 * at) / 3600 });
    assert.equal(slow.ok, true, 'below the bound');
    assert.match(slow.notes.join(), /Still rising, within the bound of 60 MB an hour: cart \(50\)/);
    assert.match(renderSoak(slow), /\| cart \|.*\| rises \|/);
    assert.equal(judged({ cart: (at) => 130e6 - 30e6 * Math.exp(-at / 60) }).ok, true, 'a heap that fills');
  });

  it('that is short does not judge memory, and says so', () => {
    const short = judged({ seconds: 120, cart: (at) => 100e6 + at * 1e5 });
    assert.equal(short.ok, true);
    assert.match(short.notes.join(), /Memory was not judged/);
    assert.match(renderSoak(short), /\| cart \|.*\| not judged \|/);
  });

  it('finds spans that never arrive, not those on their way', () => {
    const lost = judged({ received: (ended, at) => ended - 80 - at });
    assert.ok(Math.abs(lost.spans.lost - 575) <= 30, String(lost.spans.lost));
    assert.match(lost.failures.join(), /spans were lost \(1\.0%\)|spans were lost \(0\.9%\)/);
    const wavering = judged({ received: (ended, at) => ended - 80 - (at % 20) * 5 });
    assert.equal(wavering.ok, true);
  });

  it('finds dropped starts, failures, and a service that was started anew', () => {
    assert.match(judged({ demo: () => ({ dropped: 0 }) }).failures.join(), /^$/);
    const dropped = judged({ demo: (at) => ({ dropped: at > 300 ? 7 : 0 }) });
    assert.deepEqual(dropped.failures, ['demo: 7 of 600 starts were dropped']);
    const failing = judged({ demo: (at) => ({ errors: Math.floor(at / 20) }) });
    assert.deepEqual(failing.failures, ['demo: 5.0% failed (at most 2 %)']);
    const anew = judged({
      ended: (at) => (at < 300 ? 5000 + at * 100 : (at - 300) * 100),
      received: (_ended, at) => 4920 + at * 100,
    });
    assert.deepEqual(anew.restarts, ['cart']);
    assert.match(anew.failures.join(), /cart was started anew/);
    assert.match(
      judged({ load: 900 }).notes.join(),
      /load of this machine was up to 900\.0 on \d+ cores; nothing failed/,
    );
    const slow = judged({ load: 900, demo: () => ({ startLagP99Ms: 250 }) });
    assert.match(slow.notes.join(), /up to 900\.0 on \d+ cores: what failed or was late may be its doing/);
    assert.match(judged({ demo: () => ({ startLagP99Ms: 250 }) }).notes.join(), /start lag p99 250 ms/);
  });
});

describe('the statistics', () => {
  it('are a line through points, with the error of its slope', () => {
    const line = trendOf([
      [0, 1],
      [1, 3],
      [2, 5],
    ]);
    assert.deepEqual(line, { slope: 2, error: 0 });
    // By hand: y = 1, 2, 2, 4 over 0…3 gives slope 0.9, residuals 0.7, error sqrt(0.7 / 2 / 5).
    const scattered = trendOf([
      [0, 1],
      [1, 2],
      [2, 2],
      [3, 4],
    ]);
    assert.ok(scattered && Math.abs(scattered.slope - 0.9) < 1e-9);
    assert.ok(Math.abs(scattered.error - Math.sqrt(0.7 / 2 / 5)) < 1e-9);
    assert.equal(trendOf([[1, 1]]), null);
    assert.equal(
      trendOf([
        [1, 1],
        [1, 2],
        [1, 3],
      ]),
      null,
    );
  });

  it('count on over a restart', () => {
    const count = new GrowingCounts(['spans']);
    for (const spans of [100, 150, 20, 50]) count.look({ spans });
    assert.deepEqual(count.total, { spans: 50 + 20 + 30 });
    assert.equal(count.restarts, 1);
  });
});
