import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import '../../../test/mocks/page.mjs';
const { api, ShopError } = await import('./api.js');
const { SHOP } = await import('./shop-facts.js');

/** @type {{ path: string, init: RequestInit }[]} */
let asked = [];
/** @param {() => Response | Promise<Response>} answer */
const shopAnswers = (answer) => {
  globalThis.fetch = async (path, init = {}) => {
    asked.push({ path: String(path), init });
    return answer();
  };
};
/** @param {Promise<unknown>} request */
const failureOf = async (request) => {
  const error = await request.then(
    () => assert.fail('it did not fail'),
    (/** @type {unknown} */ reason) => reason,
  );
  assert.ok(error instanceof ShopError);
  return error;
};

describe('a request to the shop', () => {
  beforeEach(() => (asked = []));

  it('gives the answer, with its trace', async () => {
    shopAnswers(() => Response.json({ items: [] }, { headers: { 'x-trace-id': 'a1' } }));
    assert.deepEqual(await api.setQuantity('c/1', 7, 2), { items: [], traceId: 'a1' });
    assert.equal(asked[0]?.path, '/api/cart/c%2F1/items/7');
    assert.equal(asked[0].init.body, '{"quantity":2}');
  });

  it('that fails says why, and in which trace', async () => {
    const body = { error: 'Recommendations timed out.', reason: 'recommendations-timeout', trace_id: 'b2' };
    shopAnswers(() => Response.json(body, { status: 503 }));
    const error = await failureOf(api.lowStock());
    assert.deepEqual([error.status, error.reason, error.traceId], [503, 'recommendations-timeout', 'b2']);
    assert.equal(error.message, body.error);
  });

  it('that a proxy answers in its own words says the status', async () => {
    shopAnswers(() => new Response('<h1>Bad gateway</h1>', { status: 502 }));
    const error = await failureOf(api.cart('c1'));
    assert.deepEqual([error.status, error.reason, error.message], [502, 'unknown', 'The shop answered 502.']);
  });

  it('that reaches nobody says so', async () => {
    shopAnswers(() => Promise.reject(new TypeError('fetch failed')));
    assert.deepEqual([(await failureOf(api.cart('c1'))).status, asked.length], [0, 1]);
  });

  it('waits longer than the shop works on a checkout', async (test) => {
    const waits = test.mock.method(AbortSignal, 'timeout', () => new AbortController().signal);
    shopAnswers(() => Response.json({}));
    await api.currencies();
    assert.deepEqual(waits.mock.calls[0]?.arguments, [SHOP.patienceMs]);
    // The frontend gives recommendations up to 30 s, and the rest of a checkout one more.
    assert.ok(SHOP.patienceMs > 31_000);
  });
});
