import { act } from './acts';
import type { CurvePoint, Phase } from '../types';
import { CACHE_STAMPEDE_TALK } from './cache-stampede-talk';
import { USUAL, type Preset } from './preset';

/** A cache hides a missing index until it is emptied, and then never fills again. */
export const cacheStampede: Preset = {
  ...USUAL,
  mode: 'cache-stampede',
  title: 'Cache stampede: the cache was emptied once, and does not fill again',
  // The error rates say where the cache is emptied, between minutes 6 and 8. How many fail then is predicted.
  curve: [
    { minute: 0, rpm: 600, errorRate: 0 },
    { minute: 3, rpm: 2400, errorRate: 0 },
    { minute: 6, rpm: 4200, errorRate: 0 },
    { minute: 8, rpm: 4200, errorRate: 0.7 },
    { minute: 15, rpm: 4200, errorRate: 0.92 },
    { minute: 20, rpm: 4200, errorRate: 0.92 },
    { minute: 25, rpm: 4200, errorRate: 0.92 },
  ],
  causes: {
    'missing-index': { absent: ['idx_products_category'] },
    'small-pool': { max: 20, acquireTimeoutMs: 2000 },
    'slow-storage': { slowFrom: null, scanMs: 600 },
    'cache-stampede': { ttlSeconds: 16, customers: 360, impatient: { share: 0.96, patienceMs: 1800 } },
  },
  minScale: 0.25,
  minScaleReason: 'with fewer customers and connections chance decides whether the cache fills again',
  // The cache goes in the middle of minute 7, which fails a third; 15 minutes from 8 on end with 22.
  flowAlert: {
    attributes: ['db.full_table_scan', 'db.connection.pool.exhausted', 'checkout.failed'],
    errorRate: 0.5,
    p95Ms: 1500,
    forMinutes: 15,
  },
  phases,
  toShow: {
    warm: 'Nothing fails. Open a checkout: a GET from Redis, shop.cache.hit, and no query. The index is absent, and nobody notices.',
    emptied:
      'The console has emptied the cache: its log says how many keys. Everybody misses at once, and waits for the pool.',
    stays:
      'Nine of ten checkouts fail, and what caused it is long over. Open a scan: it succeeds, and its request says shop.cache.abandoned: the customer had gone.',
  },
  talk: CACHE_STAMPEDE_TALK,
  exercises: [
    {
      fromMinute: [3, 5],
      minutes: 17,
      cause: 'cache-stampede',
      answer:
        'the cache of recommendations was emptied; their query scans the whole table since idx_products_category is gone, the pool serves fewer than miss, most customers go before their list comes, and what nobody waits for is not kept: so the cache stays empty',
    },
    {
      ablation: 'index',
      fromMinute: [6, 8],
      minutes: 12,
      cause: null,
      answer:
        'nothing is broken: the cache of recommendations was emptied, and with its index the query fills it again at once. A false alarm',
    },
  ],
};

/** The acts: the cache goes between the last point without errors and the first with some. */
function phases(curve: readonly CurvePoint[]): Phase[] {
  const failing = curve.find(({ errorRate }) => errorRate > 0.05);
  return [
    act(0, 'warm', 'Act 1: The cache'),
    ...(failing === undefined
      ? []
      : [
          act(failing.minute - 1, 'emptied', 'Act 2: The trigger'),
          act(failing.minute + 1, 'stays', 'Act 3: It stays'),
        ]),
  ];
}
