import type { Cause, Sign } from '../cause';
import { FLIGHT_ABLATION, HEALTHY_CACHE, LONG_TTL_SECONDS, TTL_ABLATION, type CachePart } from './document';
import { emptiedAt, simulateStampede, stampedeFaults } from './law';

const withCache = ({ cache }: CachePart, change: Partial<CachePart['cache']>): CachePart => ({
  cache: { ...cache, ...change },
});

const keeping = ({ enabled, ttlSeconds }: CachePart['cache']): string =>
  enabled ? `kept for ${ttlSeconds} s` : 'not kept';
const percent = (share: number): string => `${Math.round(100 * share)} %`;
/** Below it more ask PostgreSQL than find their list. */
const FEW_HITS = 0.5;

/** Whether the catalog asks Redis; null while nobody asks for recommendations. */
const isSeen =
  (enabled: boolean): Sign['seen'] =>
  ({ cacheHits }) =>
    cacheHits === null ? null : enabled;

/**
 * Recommendations are kept in Redis, so nobody notices that their query has no index, until the cache is emptied: the console
 * does it, at a minute of the run. The catalog and the load generator follow the document.
 */
export const cacheStampede: Cause = {
  name: 'cache-stampede',
  fit: (_settings, points) => ({ settings: {}, faults: stampedeFaults(points) }),
  resolve: ({ config, settings, points, scale }) => {
    const own = settings['cache-stampede'];
    if (own === undefined) return { cache: structuredClone(HEALTHY_CACHE) };
    return {
      cache: {
        enabled: true,
        ttlSeconds: config.cache?.ttlSeconds ?? own.ttlSeconds,
        singleFlight: config.cache?.singleFlight ?? HEALTHY_CACHE.singleFlight,
        customers: Math.max(1, Math.round(own.customers * scale)),
        impatient: { ...own.impatient },
        emptiedAt: emptiedAt(points),
      },
    };
  },
  partOf: ({ cache }) => ({ cache: structuredClone(cache) }),
  simulate: (scenario, pool) =>
    scenario.cache.enabled
      ? {
          minutes: () => simulateStampede(scenario, pool),
          timeoutMs: scenario.cache.impatient.patienceMs,
          basis: `Predicted by simulation of the cache of ${scenario.cache.customers} customers and of the pool behind it.`,
          isTarget: true,
          contradicted: (wantsErrors) =>
            wantsErrors
              ? `at this load the cache of ${scenario.cache.customers} customers fills again by itself, with ${pool.connections} connections behind it: raise the rate, or state no errors here`
              : 'at this load the cache is never filled, before anybody empties it: lower the rate, or let it rise over some minutes',
        }
      : null,
  signs: ({ cache }) => [
    {
      kind: 'cache',
      name: 'recommendations',
      now: keeping(cache),
      normal: keeping(HEALTHY_CACHE),
      words: ['recommendations', keeping(cache)],
      heal: 'Ask PostgreSQL for every recommendation again',
      seen: isSeen(cache.enabled),
    },
  ],
  chain: ({ cacheHits }) => {
    const few = cacheHits !== null && cacheHits < FEW_HITS;
    return [
      {
        title: 'The cache',
        value: cacheHits === null ? '–' : percent(cacheHits),
        note: few
          ? 'find their list in Redis: the others ask PostgreSQL, and most go before it answers'
          : 'find their list in Redis; the others ask PostgreSQL, and get it',
        bad: few,
      },
    ];
  },
  levers: ({ cache }) => [
    { key: ['cache', 'ttlSeconds'], value: cache.ttlSeconds },
    { key: ['cache', 'singleFlight'], value: cache.singleFlight },
  ],
  remedy: `read each list once and keep it whoever waits, \`cache.singleFlight: true\`, or keep lists longer, \`cache.ttlSeconds: ${LONG_TTL_SECONDS}\`; or make the query fast, so that nobody waits`,
  isPutRight: ({ cache }) => cache.singleFlight || cache.ttlSeconds >= LONG_TTL_SECONDS,
  runKeys: [
    ['cache', 'ttlSeconds'],
    ['cache', 'singleFlight'],
  ],
  ablations: [
    {
      name: FLIGHT_ABLATION,
      title: 'with a single flight for each list',
      action: 'Read each list once, and keep it whoever waits',
      done: 'Each list is read once, and kept',
      event: 'single flight, index still absent',
      headline: {
        well: 'Each list is read once, and kept: the cache has filled again, without the index',
        slow: 'Each list is read once, and kept: the cache fills again',
      },
      promise: { where: 'end', errorRate: 0.02, since: 'each list is read once, and kept', p95AboveMs: null },
      config: () => ({ 'cache.singleFlight': 'true' }),
      take: (scenario) => withCache(scenario, { singleFlight: true }),
      putBack: (scenario) => withCache(scenario, { singleFlight: HEALTHY_CACHE.singleFlight }),
    },
    {
      name: TTL_ABLATION,
      title: `with lists that are kept for ${LONG_TTL_SECONDS} s`,
      action: `Keep the lists for ${LONG_TTL_SECONDS} s`,
      done: `Lists are kept for ${LONG_TTL_SECONDS} s`,
      event: 'longer time to live, index still absent',
      headline: {
        well: 'Lists are kept longer: the cache has filled again, without the index',
        slow: 'Lists are kept longer: the cache fills again',
      },
      promise: { where: 'end', errorRate: 0.02, since: 'lists are kept longer', p95AboveMs: null },
      config: () => ({ 'cache.ttlSeconds': String(LONG_TTL_SECONDS) }),
      take: (scenario) => withCache(scenario, { ttlSeconds: LONG_TTL_SECONDS }),
      putBack: (scenario, settings) =>
        withCache(scenario, { ttlSeconds: (settings['cache-stampede'] ?? HEALTHY_CACHE).ttlSeconds }),
    },
  ],
  evidence: {
    attributes: ['shop.cache.hit', 'shop.cache.abandoned'],
    trail:
      'a checkout of before shows shop.cache.hit = true and no query; one of after misses, waits for the pool, and its scan ends with shop.cache.abandoned = true: nobody was there any more, so nothing was kept',
  },
  explain: () =>
    "Each customer's recommendations are kept in Redis, so most checkouts never ask PostgreSQL, and nobody notices how long that takes. Then the cache is emptied once: more ask than the pool serves, most have gone when their list comes, and what nobody waits for is not kept. So the cache stays empty, long after whatever emptied it.",
};
