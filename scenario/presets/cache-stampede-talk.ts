import type { TalkAct } from './preset';

/** The same eight minutes for a cache that is emptied. */
export const CACHE_STAMPEDE_TALK: readonly TalkAct[] = [
  {
    title: 'The cache',
    from: 0,
    to: 90,
    phases: ['normal', 'before_start', 'warm'],
    show: 'why',
    vendor: "The vendor's service catalog, product-catalog, filtered by the demo cohort.",
    filter: 'traffic.type = "demo"{run} AND shop.cache.hit = true',
    steps: {
      Show: 'Both cohorts are green. Traffic climbs to its peak, and three of four checkouts find their recommendations in Redis.',
      Say: 'An index of this shop is missing, for weeks. Nobody noticed: who asks the database?',
      Do: 'At 0:35, on the Conductor: start the outage with six-second minutes, held at minute 22. At 1:15 the traffic is at its peak.',
    },
    points: [
      'Checkouts: 0 % errors',
      'The pool is half in use, and nobody waits for it',
      'idx_products_category is absent',
    ],
  },
  {
    title: 'The trigger',
    from: 90,
    to: 150,
    phases: ['emptied'],
    show: 'stage',
    vendor:
      'Traces of product-catalog: GET from Redis, then nothing; and from one second to the next, acquire.',
    filter: 'traffic.type = "demo"{run} AND shop.cache.hit = false',
    steps: {
      Show: 'At minute 7.5 somebody empties the cache. That is all that happens, and it takes a millisecond.',
      Say: 'A restart of Redis, a deployment that changes the keys, a colleague with FLUSHALL: it happens.',
      Do: 'Ask the audience how long until it has filled again.',
    },
    points: ['Hits fall from three quarters to next to nothing', 'The pool is full within two seconds'],
  },
  {
    title: 'It stays',
    from: 150,
    to: 330,
    phases: ['stays'],
    show: 'curve',
    vendor: 'Split screen: hits on the left, failures on the right, and no deployment anywhere.',
    filter: 'traffic.type = "demo"{run} AND checkout.failed = true',
    steps: {
      Show: 'Minutes later: the trigger is gone, the traffic is the same, and nine of ten checkouts fail.',
      Say: 'The pool works all the time, for customers who have gone. What nobody waits for any more is not kept. This is a metastable failure: it holds itself.',
      Do: 'Open a scan of product-catalog: it succeeds, and its request says shop.cache.abandoned.',
    },
    points: [
      'Nine of ten checkouts fail',
      'Same Seq Scan as on Black Friday',
      'Nothing that was changed is still changed',
    ],
  },
  {
    title: 'The way out',
    from: 330,
    to: 480,
    phases: ['stays', 'over'],
    show: 'why',
    vendor: 'The demo cohort turns green; hits rise.',
    filter: 'traffic.type = "demo"{run} AND shop.cache.hit = true',
    steps: {
      Show: 'Read each list once, and keep it whoever waits: the same scans, the same pool, and the cache fills.',
      Say: 'Three ways out: don’t throw work away, keep things longer than it takes to make them all, or make them quickly.',
      Do: 'Conductor: single flight; then put it back, and restore the index instead. Then heal.',
    },
    points: ['Hits back to three quarters, within half a minute', 'Errors back to 0 %'],
  },
];
