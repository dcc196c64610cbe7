import type { TalkAct } from './preset';

/** The eight-minute talk of seed 001, act by act, for both versions of Black Friday. */
export const BLACK_FRIDAY_TALK: readonly TalkAct[] = [
  {
    title: 'The calm',
    from: 0,
    to: 90,
    phases: ['normal', 'before_start', 'calm'],
    show: 'stage',
    vendor: "The vendor's service catalog, product-catalog, filtered by the baseline cohort.",
    filter: 'traffic.type = "baseline"{run}',
    steps: {
      Show: 'Both cohorts are green: no errors, fast answers, steady traffic.',
      Say: 'This is our shop on a normal day. Customers browse, customers buy. Remember the green side on the left: it stays with us.',
      Do: 'At 1:20, on the Conductor: start the outage with six-second minutes, held at minute 22.',
    },
    points: [
      'Baseline: 0 % errors',
      'Checkouts: 0 % errors, p95 around 200 ms',
      'All three indexes are there',
    ],
  },
  {
    title: 'Black Friday begins',
    from: 90,
    to: 180,
    phases: ['black_friday_begins', 'ramp', 'peak', 'degradation'],
    show: 'stage',
    vendor: 'The same service, filtered by the demo cohort; then back to baseline.',
    filter: 'traffic.type = "demo"{run}',
    steps: {
      Show: 'The right side turns: checkouts slow down, then the first ones fail. Traffic climbs.',
      Say: 'Black Friday traffic comes in. Checkouts begin to fail, and yet: browsing is still healthy. So it is not the network, not the hosts, and not the database as such.',
      Do: 'Switch the vendor’s filter to baseline and back: same services, same database, two different stories.',
    },
    points: [
      '15 % errors at minute 5, 45 % at minute 10',
      'Baseline still 0 %',
      'The index is absent, the pool has 20 connections (scaled)',
    ],
  },
  {
    title: 'The catastrophe',
    from: 180,
    to: 300,
    phases: ['catastrophe', 'critical', 'peak_failure'],
    show: 'curve',
    vendor: 'Split screen: baseline left, demo right. The flow alert has fired.',
    filter: 'traffic.type = "demo"{run} AND checkout.failed = true',
    steps: {
      Show: 'Stage: Failing, and money lost per minute. Then the Curve: target, prediction and what was seen lie on each other.',
      Say: 'Four of five checkouts fail now, and every minute costs this much. Browsing still does not notice. Nobody threw dice: a missing index and a small pool made this, and we predicted the curve before we started.',
      Do: 'Point at the flow alert: six conditions, all met, since the minute it names.',
    },
    points: ['78 % errors from minute 20', 'p95 above 3 s', 'Flow alert firing, since minute 22'],
  },
  {
    title: 'The investigation',
    from: 300,
    to: 480,
    phases: ['investigation', 'over'],
    show: 'why',
    vendor: 'Tracing: one healthy checkout beside a failed one; open the wait, follow its link to the scan.',
    filter: 'traffic.type = "demo"{run} AND db.connection.pool.exhausted = true',
    steps: {
      Show: 'Why: two traces side by side. The failed one waited two seconds for a connection and never ran a query.',
      Say: 'Who held the connections? Follow the link: a query that scans the whole table, because its index is missing. Same database, same data; with its index it reads ten rows.',
      Do: 'Conductor: restore only the index. Watch checkouts heal within seconds, with the pool still small. Then heal.',
    },
    points: [
      'db.full_table_scan = true, db.missing_index = idx_products_category',
      'EXPLAIN: Seq Scan against Index Scan',
      'Index back: 0 % errors',
    ],
  },
];
