import type { TalkAct } from './preset';

/** The same eight minutes for a flash sale. */
export const FLASH_SALE_TALK: readonly TalkAct[] = [
  {
    title: 'The calm',
    from: 0,
    to: 90,
    phases: ['normal', 'before_start', 'calm'],
    show: 'stage',
    vendor: "The vendor's service catalog, inventory, filtered by the demo cohort.",
    filter: 'traffic.type = "demo"{run}',
    steps: {
      Show: 'Both cohorts are green. Every checkout asks the inventory to put its pieces aside.',
      Say: 'This is our shop before the sale of the year: one product, at half its price, for half an hour.',
      Do: 'At 1:20, on the Conductor: start the flash sale with six-second minutes, held at minute 22.',
    },
    points: [
      'Baseline: 0 % errors',
      'Checkouts: 0 % errors',
      'Every index is there, every pool has its size',
    ],
  },
  {
    title: 'The sale begins',
    from: 90,
    to: 180,
    phases: ['sale_begins'],
    show: 'stage',
    vendor: 'The same service, its latency by operation.',
    filter: 'traffic.type = "demo"{run} AND service.name = "inventory"',
    steps: {
      Show: 'The right side turns: checkouts slow down to two seconds, then the first ones fail.',
      Say: 'More and more customers come, and for one thing. CPU is idle, the disk is idle, no query scans. And yet they wait.',
      Do: 'Buy any other product in the storefront: it goes through at once.',
    },
    points: [
      '8 % errors at minute 5, 38 % at minute 10',
      'Baseline still 0 %',
      'PostgreSQL has hardly anything to do',
    ],
  },
  {
    title: 'The catastrophe',
    from: 180,
    to: 300,
    phases: ['catastrophe'],
    show: 'curve',
    vendor: 'Split screen: baseline left, demo right. The flow alert has fired.',
    filter: 'traffic.type = "demo"{run} AND checkout.failed = true',
    steps: {
      Show: 'More than half of the checkouts fail, each after two seconds.',
      Say: 'Twice the hardware would not sell one piece more: this queue has one server, and it is a row.',
      Do: 'Add the money up: what was lost is what stood in line.',
    },
    points: ['60 % errors from minute 20 on', 'Failed checkouts take 2 s: then they give the row up'],
  },
  {
    title: 'The investigation',
    from: 300,
    to: 420,
    phases: ['investigation'],
    show: 'why',
    vendor: 'A failing trace: UPDATE ecommerce.stock, two seconds, an error. Its links.',
    filter: 'traffic.type = "demo"{run} AND shop.lock.timeout = true',
    steps: {
      Show: 'A failing trace: the UPDATE waits. Its links lead to the transactions that held the row.',
      Say: 'Who holds it does nothing: it is idle in transaction, and waits for the payment provider. 150 ms each, six orders a second.',
      Do: 'Follow one link: the UPDATE, then POST /api/payment/process, then COMMIT.',
    },
    points: ['wait_event_type = Lock for all but one', 'idle in transaction for the one that holds the row'],
  },
  {
    title: 'The way out',
    from: 420,
    to: 480,
    phases: ['investigation', 'over', 'normal'],
    show: 'stage',
    vendor: 'The demo cohort turns green.',
    filter: 'traffic.type = "demo"{run}',
    steps: {
      Show: 'Commit reservations before payment is asked: the same customers, the same row, nobody fails.',
      Say: 'Nothing was too small. A transaction was too long.',
      Do: 'Restore “payment outside the transaction”, then heal.',
    },
    points: [
      'Errors back to 0 % within ten seconds',
      'Never wait for somebody else’s service while you hold a lock',
    ],
  },
];
