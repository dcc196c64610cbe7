import type { Cause, Queue, Sign } from '../cause';
import {
  HEALTHY_SALE,
  LOCK_WAIT_MS,
  PAYMENT_ABLATION,
  SPREAD_ABLATION,
  type SalePart,
  type SaleSettings,
} from './document';
import { curveFaults, simulateSale, solveShares } from './law';

/** Whose transactions they are, and what the metrics call their pool. */
const QUEUE: Queue = {
  service: 'inventory',
  pool: 'reservations',
  statement: 'reservation',
  lacks: 'the row of its product',
};
/** More transactions at once than orders that wait for nobody ever have. */
const WAITING_FROM = 5;

const withSale = ({ sale }: SalePart, change: Partial<SaleSettings>): SalePart => ({
  sale: { ...sale, ...change },
});

/** Whether transactions wait for each other; null while none does, which may have another reason. */
const queueSeen: Sign['seen'] = (shop) =>
  (shop.pool(QUEUE.service, QUEUE.pool).used ?? 0) >= WAITING_FROM ? true : null;

const inside = (of: boolean): string => (of ? 'inside the transaction' : 'after its commit');
const products = (count: number): string => (count === 1 ? 'one product' : `${count} products`);

/**
 * Everybody wants the same row, and each holds it while his card is asked: the sale is of one product, and the inventory's
 * transaction stays open while payment answers. Services and load generator follow the document.
 */
export const hotRow: Cause = {
  name: 'hot-row',
  fit: (settings, points) => ({
    settings: {},
    faults: curveFaults(settings['hot-row'] ?? HEALTHY_SALE, points),
  }),
  resolve: ({ config, settings, points, minuteSeconds, durationMinutes }) => {
    const own = settings['hot-row'];
    return {
      sale: {
        deals: config.sale?.deals ?? (own ?? HEALTHY_SALE).deals,
        paymentInTransaction: config.sale?.paymentInTransaction ?? (own ?? HEALTHY_SALE).paymentInTransaction,
        steps: own === undefined ? [] : solveShares(own, { points, minuteSeconds, durationMinutes }),
      },
    };
  },
  partOf: ({ sale }) => ({ sale: structuredClone(sale) }),
  simulate: (scenario) =>
    scenario.sale.steps.length === 0
      ? null
      : {
          minutes: () => simulateSale(scenario),
          timeoutMs: LOCK_WAIT_MS,
          basis:
            'Predicted by simulation of the rows of the sale, each a queue, with the solved share of customers.',
        },
  delays: ({ sale }) => (sale.steps.length === 0 ? {} : { restMs: LOCK_WAIT_MS + 500 }),
  telltales: ({ sale }, { predicted }, before) =>
    sale.steps.length > 0 && predicted.errorRate > 0 ? new Set([...before, 'shop.lock.timeout']) : before,
  signs: ({ sale: { deals, paymentInTransaction } }) => [
    {
      kind: 'sale',
      name: 'deals',
      now: products(deals),
      normal: products(HEALTHY_SALE.deals),
      words: [products(deals), 'wanted by everybody'],
      heal: 'End the sale of one product',
      seen: queueSeen,
    },
    {
      kind: 'transaction',
      name: 'reservation',
      now: `payment ${inside(paymentInTransaction)}`,
      normal: `payment ${inside(HEALTHY_SALE.paymentInTransaction)}`,
      words: ['payment inside', 'the reservation’s transaction'],
      heal: 'Commit reservations before payment is asked',
      seen: queueSeen,
    },
  ],
  queue: QUEUE,
  chain: (shop) => {
    const { used } = shop.pool(QUEUE.service, QUEUE.pool);
    const waits = (used ?? 0) >= WAITING_FROM;
    return [
      {
        title: 'The row',
        value: `${used ?? '–'} orders`,
        note: waits ? 'at it: one transaction holds it, the others wait' : 'at it now: nobody waits for long',
        bad: waits,
      },
    ];
  },
  inConfig: ({ sale }) =>
    sale?.paymentInTransaction === true
      ? ["sale.paymentInTransaction is true: payment is asked inside the inventory's transaction"]
      : [],
  levers: ({ sale }) => [
    { key: ['sale', 'deals'], value: sale.deals },
    { key: ['sale', 'paymentInTransaction'], value: sale.paymentInTransaction },
  ],
  remedy: `commit reservations before payment is asked, \`sale.paymentInTransaction: false\`, or spread the sale over more products, \`sale.deals: ${HEALTHY_SALE.deals}\``,
  runKeys: [
    ['sale', 'deals'],
    ['sale', 'paymentInTransaction'],
  ],
  ablations: [
    {
      name: SPREAD_ABLATION,
      title: 'with customers spread over fifty products',
      action: 'Spread the customers over fifty products',
      done: 'The sale is of fifty products',
      event: 'sale of fifty products, payment still inside the transaction',
      headline: {
        well: 'The sale is of fifty products: checkouts succeed, with payment inside their transaction',
        slow: 'The sale is of fifty products: checkouts succeed, slowly',
      },
      promise: { where: 'peak', errorRate: 0.02, since: 'no row is wanted by everybody', p95AboveMs: null },
      config: () => ({ 'sale.deals': String(HEALTHY_SALE.deals) }),
      take: (scenario) => withSale(scenario, { deals: HEALTHY_SALE.deals }),
      putBack: (scenario, settings) =>
        withSale(scenario, { deals: (settings['hot-row'] ?? HEALTHY_SALE).deals }),
    },
    {
      name: PAYMENT_ABLATION,
      title: 'with payment outside the transaction',
      action: 'Commit reservations before payment is asked',
      done: 'Reservations are committed before payment is asked',
      event: 'payment outside the transaction, everybody still buys one product',
      headline: {
        well: 'Payment is outside the transaction: everybody buys one product, and gets it',
        slow: 'Payment is outside the transaction: checkouts succeed, slowly',
      },
      promise: { where: 'peak', errorRate: 0.02, since: 'nobody holds the row for long', p95AboveMs: null },
      config: () => ({ 'sale.paymentInTransaction': 'false' }),
      take: (scenario) => withSale(scenario, { paymentInTransaction: false }),
      putBack: (scenario, settings) =>
        withSale(scenario, {
          paymentInTransaction: (settings['hot-row'] ?? HEALTHY_SALE).paymentInTransaction,
        }),
    },
  ],
  evidence: {
    attributes: ['shop.lock.timeout', 'shop.lock.wait_ms'],
    trail:
      'the waiting UPDATE links to the transactions that held its row meanwhile, by pg_blocking_pids and the traceparent in their statement, and so to the checkout whose payment they waited for',
  },
  explain: () =>
    'Everybody buys the deal of the day, so every order updates the same row; and the inventory asks for the payment before it commits, so each holds that row for some 155 ms. A row serves six orders a second like that, however large the machine: the others wait for two seconds and give up. Other products, and browsing, never noticed.',
};
