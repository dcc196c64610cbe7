import { randomBytes, randomUUID } from 'node:crypto';
import { effectivePosition } from './effective';
import { postJson, type JsonAnswer } from '../../machine/http';
import { textAt, numberAt } from '../../machine/json';
import { duration } from '../../report/format';
import { failed, ok, type Finding } from './check';
import type { Target } from '../target/target';
import type { CheckContext } from './context';

/** What a person waits at most: the frontend gives up before (ms). */
const TIMEOUT_MS = 15_000;
/** A declined card (1 % of the orders) is an answer; it is tried again with another order. */
const CARDS = 4;
/** The seeds' bound for a browse (ms). */
const BROWSE_WITHIN_MS = 2000;

/** A request whose trace can be looked for. */
export type TestRequest = ReturnType<typeof testRequest>;

/** A trace context of our own, sampled: the shop's spans become its children. */
export function testRequest() {
  const traceId = randomBytes(16).toString('hex');
  return {
    traceId,
    headers: { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` },
  };
}

/** `POST /api/browse` as a customer. */
export function browse({ shopUrl }: Pick<Target, 'shopUrl'>, timeoutMs: number): Promise<JsonAnswer> {
  return postJson(
    `${shopUrl}/api/browse`,
    { user_id: 'validate', cart_id: `validate-${randomUUID()}`, category: 'books' },
    { timeoutMs, headers: testRequest().headers },
  );
}

/** A browse is answered, and in time. */
export async function checkBrowse({ target }: CheckContext): Promise<Finding> {
  const started = performance.now();
  const { status, body } = await browse(target, TIMEOUT_MS);
  const took = performance.now() - started;
  if (status !== 200) return failed(`answered ${status} ${reasonOf(body)}after ${duration(took)}`);
  return took <= BROWSE_WITHIN_MS
    ? ok(`200 after ${duration(took)}`)
    : failed(`200, but after ${duration(took)} (at most ${duration(BROWSE_WITHIN_MS)})`);
}

/**
 * `POST /api/checkout` as a customer. In a run that is meant to fail checkouts the right failure is as good as an order:
 * then it says so.
 *
 * @param request its trace is looked for afterwards
 */
export async function checkCheckout(context: CheckContext, request: TestRequest): Promise<Finding> {
  const started = performance.now();
  let declined = 0;
  for (;;) {
    const { status, body } = await postJson(
      `${context.target.shopUrl}/api/checkout`,
      {
        user_id: 'validate',
        cart_id: `validate-${randomUUID()}`,
        items: [{ product_id: 1, quantity: 1 }],
        idempotency_key: `validate-${randomUUID()}`,
      },
      { timeoutMs: TIMEOUT_MS, headers: request.headers },
    );
    const took = duration(performance.now() - started);
    if (status === 402 && ++declined < CARDS) continue;
    if (status === 200) {
      const order = textAt(body, 'order_id') ?? textAt(body, 'order', 'id') ?? 'an order';
      return ok(
        `200 after ${took}, order ${order}${declined > 0 ? `, ${declined} cards were declined before` : ''}`,
      );
    }
    const reason = reasonOf(body);
    const position = await effectivePosition(context).catch(() => null);
    if (status === 503 && textAt(body, 'reason') === 'recommendations-timeout' && position?.outage === true) {
      return ok(
        `503 recommendations-timeout after ${took}, as the run wants it (minute ${numberAt(body, 'demo_minute') ?? position.minute ?? '?'})`,
      );
    }
    return failed(`answered ${status} ${reason}after ${took}`);
  }
}

function reasonOf(body: unknown): string {
  const reason = textAt(body, 'reason') ?? textAt(body, 'error');
  return reason === null ? '' : `(${reason}) `;
}
