import { actsOf } from './acts';
import { FLASH_SALE_TALK } from './flash-sale-talk';
import { USUAL, type Preset } from './preset';

/** Everybody buys the deal of the day: one row that is locked while payment answers. */
export const flashSale: Preset = {
  ...USUAL,
  mode: 'flash-sale',
  title: 'Flash sale: one hot row, locked while payment answers',
  curve: [
    { minute: 0, rpm: 400, errorRate: 0 },
    { minute: 3, rpm: 1700, errorRate: 0 },
    { minute: 5, rpm: 2400, errorRate: 0.08 },
    { minute: 10, rpm: 3400, errorRate: 0.38 },
    { minute: 15, rpm: 4200, errorRate: 0.55 },
    { minute: 20, rpm: 4200, errorRate: 0.6 },
    { minute: 25, rpm: 4200, errorRate: 0.6 },
  ],
  causes: { 'hot-row': { deals: 1, paymentInTransaction: true } },
  minScale: 0.25,
  minScaleReason:
    'a row serves some 390 orders a minute at any scale, so fewer customers than that would fail nobody',
  // As in Black Friday: 15 minutes from minute 8 on end with 22; minute 7 makes 20 %, minute 8 makes 26.
  flowAlert: {
    attributes: ['shop.lock.timeout', 'checkout.failed'],
    errorRate: 0.23,
    p95Ms: 2000,
    forMinutes: 15,
  },
  phases: (curve) =>
    actsOf(curve).map((act) =>
      act.name === 'black_friday_begins'
        ? { ...act, name: 'sale_begins', title: 'Act 2: The sale begins' }
        : act,
    ),
  toShow: {
    calm: 'Both cohorts are green. Show the service map: the inventory is asked by every checkout.',
    sale_begins:
      'Word gets around: more and more customers come for one product. Some of them wait, then fail; baseline stays green.',
    catastrophe:
      'More than half of the checkouts fail. Open a failing trace: an UPDATE of shop.stock waits for two seconds. Nothing scans, no pool is exhausted.',
    investigation:
      'Follow the link from the UPDATE to the transaction that held the row: it waits for payment. The flow alert has fired.',
  },
  talk: FLASH_SALE_TALK,
  exercises: [
    {
      fromMinute: [4, 8],
      minutes: 16,
      cause: 'hot-row',
      answer:
        'everybody buys one product, so all orders update one row of shop.stock; the inventory asks for the payment before it commits, so each order holds the row for some 155 ms, and most of the others give up after two seconds',
    },
    {
      ablation: 'payment',
      fromMinute: [8, 14],
      minutes: 12,
      cause: null,
      answer:
        'nothing is broken: everybody buys one product, but reservations are committed before payment is asked, so nobody holds the row for long. A false alarm',
    },
  ],
};
