import { BAD_CHECKOUT, GOOD_CHECKOUT } from '../../../services/catalog';
import type { AblationOf, Cause, Queue, Sign } from '../cause';
import { INDEX_SCAN_MS } from '../missing-index/document';
import { poolLink } from '../pool-link';
import { CARDS_ABLATION, declinedShareOf, ORDERS_POOL, RELEASE_ABLATION, type ReleasePart } from './document';
import { leakFaults, simulateLeak, solveLeak } from './law';

/** Of orders' connections, with which nothing is done once they are lost. */
const QUEUE: Queue = {
  service: 'checkout',
  pool: 'orders',
  statement: null,
  lacks: 'a connection to write the order',
};

const released = ({ orders }: ReleasePart, checkout: ReleasePart['releases']['checkout']): ReleasePart => ({
  releases: { checkout },
  orders,
});

const passing = ({ releases, orders }: ReleasePart, everyCardPasses: boolean): ReleasePart => ({
  releases,
  orders: { ...orders, everyCardPasses },
});

/** Whether checkout's telemetry is that release's; null before any came. */
function isSeen(wanted: string): Sign['seen'] {
  return (shop) => {
    const release = shop.release('checkout');
    return release === null ? null : release === wanted;
  };
}

const ablations: readonly AblationOf[] = [
  {
    name: RELEASE_ABLATION,
    title: `with checkout's release ${GOOD_CHECKOUT} left in place`,
    action: 'Roll back only the release',
    done: 'The release has been rolled back',
    event: 'release rolled back, cards still declined',
    headline: {
      well: 'The release is back: orders are written, declined cards or not',
      slow: 'The release is back: orders are written, still slowly',
    },
    promise: {
      where: 'each minute',
      errorRate: 0.02,
      since: `release ${GOOD_CHECKOUT} gives its connections back`,
      p95AboveMs: null,
    },
    config: () => ({ 'releases.checkout': GOOD_CHECKOUT }),
    take: (scenario) => released(scenario, GOOD_CHECKOUT),
    putBack: (scenario, settings) => released(scenario, settings['bad-release']?.checkout ?? GOOD_CHECKOUT),
  },
  {
    name: CARDS_ABLATION,
    title: 'with no card declined',
    action: 'Let every card pass',
    done: 'No card is declined any more',
    event: 'no card declined, release still faulty',
    headline: {
      well: 'No card is declined: the faulty release meets nothing that it fails at',
      slow: 'No card is declined: orders are written, still slowly',
    },
    promise: { where: 'each minute', errorRate: 0.02, since: 'no card is declined', p95AboveMs: null },
    config: () => ({ declinedShare: '0' }),
    take: (scenario) => passing(scenario, true),
    putBack: (scenario) => passing(scenario, false),
  },
];

/** A release of checkout that never gives the connection of a declined order back. */
export const badRelease: Cause = {
  name: 'bad-release',
  fit: (_settings, points) => ({ settings: {}, faults: leakFaults(points) }),
  resolve: ({ config, settings, points, minuteSeconds }) => {
    const own = settings['bad-release'];
    // None at all is the ablation.
    const noneDeclined = config.declinedShare === 0;
    const leak = own === undefined ? null : solveLeak(points, minuteSeconds, own.declinedShare);
    return {
      releases: { checkout: config.releases?.checkout ?? own?.checkout ?? GOOD_CHECKOUT },
      orders: {
        pool: leak === null ? { ...ORDERS_POOL } : { ...ORDERS_POOL, max: leak.connections },
        declinedShare: (noneDeclined ? undefined : config.declinedShare) ?? leak?.declinedShare ?? null,
        everyCardPasses: noneDeclined,
      },
    };
  },
  partOf: ({ releases, orders }) => structuredClone({ releases, orders }),
  simulate: (scenario) => {
    const { releases, orders, traffic, minuteSeconds, durationMinutes } = scenario;
    return releases.checkout !== BAD_CHECKOUT
      ? null
      : {
          minutes: () =>
            simulateLeak({
              points: traffic.demoPoints,
              minuteSeconds,
              durationMinutes,
              connections: orders.pool.max,
              declinedShare: declinedShareOf(scenario) ?? 0,
              acquireTimeoutMs: orders.pool.acquireTimeoutMs,
              queryMs: INDEX_SCAN_MS,
            }),
          timeoutMs: orders.pool.acquireTimeoutMs,
          contradicted: () =>
            'so few orders come that the declined ones are most of them: raise the rate, traffic.scale or minuteSeconds',
          basis: `Predicted by counting: each declined card takes one of ${orders.pool.max} connections for ever.`,
        };
  },
  delays: ({ releases, orders }) =>
    releases.checkout === BAD_CHECKOUT ? { restMs: orders.pool.acquireTimeoutMs } : {},
  telltales: ({ releases }, { predicted }, before) =>
    releases.checkout === BAD_CHECKOUT && predicted.errorRate > 0
      ? new Set([...before, 'db.connection.pool.exhausted'])
      : before,
  signs: ({ releases: { checkout } }) => [
    {
      kind: 'release',
      name: 'checkout',
      now: checkout,
      normal: GOOD_CHECKOUT,
      words: [`checkout ${checkout}`, `normally ${GOOD_CHECKOUT}`],
      heal: `Roll checkout back to release ${GOOD_CHECKOUT}`,
      seen: isSeen(checkout),
    },
  ],
  confirmations: ({ releases: { checkout } }) =>
    checkout === GOOD_CHECKOUT
      ? []
      : [{ what: `checkout runs release ${checkout}`, seen: (shop) => isSeen(checkout)(shop) === true }],
  noWayBack: ({ releases }) =>
    releases.checkout === BAD_CHECKOUT
      ? 'lies behind, and connections that leaked do not come back: roll the release back first, or heal and start a run anew'
      : null,
  queue: QUEUE,
  chain: (shop) => {
    const release = shop.release('checkout');
    return [
      {
        title: 'The release',
        value: `checkout ${release ?? '–'}`,
        note:
          release === BAD_CHECKOUT
            ? 'keeps the connection of a declined order'
            : 'gives its connections back',
        bad: release === BAD_CHECKOUT,
      },
      poolLink(shop.pool(QUEUE.service, QUEUE.pool), 'orders wait; no query runs'),
    ];
  },
  ablations,
  inConfig: ({ releases }) =>
    releases?.checkout !== undefined && releases.checkout !== GOOD_CHECKOUT
      ? [`releases.checkout is ${releases.checkout}, not the normal ${GOOD_CHECKOUT}`]
      : [],
  excluded: ({ releases }) =>
    releases?.checkout !== BAD_CHECKOUT
      ? []
      : [
          {
            key: 'releases.checkout',
            value: releases.checkout,
            message: `leaks connections until every order fails, which the law of this mode's own cause knows nothing of: set demoMode bad-release, or releases.checkout ${GOOD_CHECKOUT}`,
          },
        ],
  levers: ({ releases }) => [{ key: ['releases', 'checkout'], value: releases.checkout }],
  remedy: `roll the release back: \`releases.checkout: "${GOOD_CHECKOUT}"\``,
  runKeys: [['releases', 'checkout'], ['declinedShare']],
  evidence: {
    attributes: ['db.connection.pool.exhausted', 'service.version'],
    trail:
      'the acquire span of an order that got no connection links to the declined orders that took them, minutes ago: no query of theirs runs',
  },
  explain: () =>
    `Release ${BAD_CHECKOUT} of checkout takes a connection for an order whose card is declined, and never gives it back. Nothing fails until the last one is gone; then every order waits for one, and none comes.`,
};
