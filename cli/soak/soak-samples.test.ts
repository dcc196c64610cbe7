import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { test } from 'node:test';
import { serving } from '../../test/mocks/servers';
import { ShopObserver } from '../observation/shop-observer';
import type { Target } from '../target/target';
import { soakResult } from './soak-report';
import { takeSample, type Sample } from './soak-samples';

let requests = 0;

/** A pod of any service, which has ended so many spans. */
function pod(spansEnded: number): Server {
  return createServer((request, response) => {
    requests += 1;
    const { pathname } = new URL(request.url ?? '', 'http://shop');
    const cohort = {
      total: { requests, errors: 0, scheduled: requests, started: requests, dropped: 0, late: 0 },
    };
    const answers: Record<string, unknown> = {
      '/health': { status: 'healthy', process: { rss_bytes: 50e6, spans_ended: spansEnded } },
      '/api/summary': { telemetry: { arriving: true, spansReceived: 7000 } },
      '/admin/traffic-stats': { baseline: cohort, demo: cohort },
    };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answers[pathname]));
  });
}

test('a pod that goes is not taken for the one that has its place in the list', async () => {
  await serving(pod(90_000), (old) =>
    serving(pod(100), async (young) => {
      const oldCart = { instance: 'cart-old', url: `http://127.0.0.1:${String(old)}` };
      const youngCart = { instance: 'cart-young', url: `http://127.0.0.1:${String(young)}` };
      let carts = [oldCart, youngCart];
      const target = {
        kind: 'stack',
        adminToken: 't',
        instances: () => Promise.resolve([]),
        serviceUrl: () => Promise.resolve(oldCart.url),
        endpoints: (name: string) =>
          Promise.resolve(name === 'cart' ? carts : [{ instance: `${name}-0`, url: oldCart.url }]),
      } as unknown as Target;
      const samples: Sample[] = [];
      for (let at = 0; at < 40; at += 5) {
        if (at === 20) carts = [youngCart];
        samples.push(await takeSample(target, new ShopObserver(target), at));
      }
      const cartsOf = (sample: Sample | undefined): string[] =>
        Object.keys(sample?.ended ?? {}).filter((name) => name.startsWith('cart'));
      assert.deepEqual(cartsOf(samples[0]), ['cart-old', 'cart-young']);
      assert.deepEqual(cartsOf(samples.at(-1)), ['cart-young']);
      assert.equal(samples[0]?.ended['console-0'], undefined, 'the console receives, it does not end');
      // By its place in the list the young one would be the old one, begun anew, with its 100 spans as new ones.
      const result = soakResult(samples, { startedAt: '2026-11-21T16:00:00Z', target: 'dev', scale: 2 });
      assert.deepEqual(result.restarts, []);
      assert.equal(result.spans.ended, 0);
    }),
  );
});
