import { act } from './acts';
import { BAD_CHECKOUT } from '../../services/catalog';
import type { CurvePoint, Phase } from '../types';
import { USUAL, type Preset, type TalkAct } from './preset';

/** The talk, act by act. */
const TALK: readonly TalkAct[] = [
  {
    title: 'The release',
    from: 0,
    to: 90,
    phases: ['normal', 'before_start', 'rollout'],
    show: 'stage',
    vendor: 'The service catalog: checkout by service.version.',
    filter: `service.name = "checkout" AND service.version = "${BAD_CHECKOUT}"{run}`,
    steps: {
      Show: 'Both cohorts are green, before the roll-out of checkout and after it; every order is written.',
      Say: 'A new release, tests green, canary green. Nothing to see, and that is the problem.',
      Do: 'At 1:10, on the Conductor: start the outage with ten-second minutes, held at minute 22.',
    },
    points: ['Checkouts: 0 % errors', `service.version ${BAD_CHECKOUT}`],
  },
  {
    title: 'The leak',
    from: 90,
    to: 200,
    phases: ['leak'],
    show: 'why',
    vendor: 'The metric db.client.connection.count of the pool orders, state used.',
    filter: 'payment.status = "declined"{run}',
    steps: {
      Show: 'Used connections of the pool orders: a staircase that never goes down. No error, no slow query.',
      Say: 'One customer in a hundred has his card declined. Each of them takes a connection along, for ever.',
      Do: 'Ask the audience when it will fail: connections left, divided by declined cards a minute.',
    },
    points: ['0 % errors', 'Used connections only rise'],
  },
  {
    title: 'The standstill',
    from: 200,
    to: 480,
    phases: ['standstill', 'over'],
    show: 'why',
    vendor: 'Tracing: a failed checkout; open the wait, follow its links.',
    filter: 'traffic.type = "demo"{run} AND db.connection.pool.exhausted = true',
    steps: {
      Show: 'From one minute to the next every order fails, after a second of waiting. Browsing is green.',
      Say: 'Follow the link from the wait: declined orders, minutes ago. PostgreSQL sees idle sessions: nobody works.',
      Do: 'Conductor: roll back only the release. The pods of one service roll, and orders are written again.',
    },
    points: ['99 % errors from minute 13', 'p95 1.3 s', 'Release back: 0 % errors'],
  },
];

/** A release that leaks connections: for twelve minutes nobody sees anything, then every order fails at once. */
export const badRelease: Preset = {
  ...USUAL,
  mode: 'bad-release',
  title: "A bad release: checkout's connections leak away",
  curve: [
    { minute: 0, rpm: 120, errorRate: 0 },
    { minute: 5, rpm: 600, errorRate: 0 },
    { minute: 11, rpm: 600, errorRate: 0 },
    { minute: 13, rpm: 600, errorRate: 0.99 },
    { minute: 15, rpm: 600, errorRate: 0.99 },
    { minute: 20, rpm: 600, errorRate: 0.99 },
    { minute: 25, rpm: 600, errorRate: 0.99 },
  ],
  causes: { 'bad-release': { checkout: BAD_CHECKOUT, declinedShare: 0.01 } },
  // No query is slow, so the seeds' alert would never fire. Ten minutes from 13 on, the first that is lost, end with 22.
  flowAlert: {
    attributes: ['db.connection.pool.exhausted', 'checkout.failed'],
    errorRate: 0.7,
    p95Ms: 1000,
    forMinutes: 10,
  },
  phases,
  toShow: {
    rollout: `checkout runs release ${BAD_CHECKOUT}, and all is well. Show service.version, and the used connections of its pool.`,
    leak: 'Nothing fails. One card in a hundred is declined, and each takes a connection along: the used ones only rise.',
    standstill:
      'Every order fails. Open a failing trace: it waits for a connection and links to declined orders of minutes ago. No query runs.',
  },
  talk: TALK,
  exercises: [
    {
      // Some minutes before it is empty, and as many after it as a repair needs to show.
      fromMinute: [8, 10],
      minutes: 18,
      cause: 'bad-release',
      answer: `release ${BAD_CHECKOUT} of checkout keeps the connection of every order whose card is declined: its pool ran empty, and every order fails waiting for a connection; no query is slow`,
    },
  ],
};

/** The acts: the leak begins with the first minute, and ends with the first that is lost. */
function phases(curve: readonly CurvePoint[]): Phase[] {
  const lost = curve.find(({ errorRate }) => errorRate > 0.5);
  return [
    act(0, 'rollout', 'Act 1: The release'),
    act(1, 'leak', 'Act 2: The leak'),
    ...(lost === undefined ? [] : [act(lost.minute - 1, 'standstill', 'Act 3: The standstill')]),
  ];
}
