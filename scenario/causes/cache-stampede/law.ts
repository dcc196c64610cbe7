import { SOLVED_FROM_ERROR_RATE } from '../../little';
import { arrivalTimes, byMinute, type SimulatedMinute } from '../../prediction';
import type { CurvePoint, Scenario } from '../../types';
import type { Bottleneck, CurveFault } from '../cause';
import { turnFaults, turningMinute } from '../turn';
import { customerOf, lifetimeSeconds } from './document';

/**
 * K customers, each with a list that is kept T seconds; a pool of N connections, each held s seconds by who has to read one.
 * While nobody waits, all that is read is kept, so the cache is whole as long as K·s/N < T, and the pool hardly works.
 * Once it is emptied, more miss than N/s a second. The pool's queue grows to its acquire timeout w, and from then on
 * whoever is served has waited w: only customers who wait longer than w + s are still there when their list comes, a share
 * q. The others' work is thrown away with them, so only q·N/s lists a second are kept. Of λ orders a second the pool can carry N/s
 * that miss, so it has recovered when all but K·N/(s·λ) lists are kept again: after (K·s/N − K/λ)/q seconds, if those are
 * fewer than T, else never. Both states hold themselves, and what emptied the cache has long gone.
 */

/** A list that was kept, Redis' round trip included (ms). */
const HIT_MS = 2;

/** The demo minute at which the cache is emptied: between the last that is well and the first that fails. */
export function emptiedAt(points: readonly CurvePoint[]): number | null {
  return turningMinute(points, SOLVED_FROM_ERROR_RATE);
}

/** Why a curve can't be that of a stampede. How many fail is not chosen: the simulation says it. */
export function stampedeFaults(points: readonly CurvePoint[]): CurveFault[] {
  return turnFaults(points, SOLVED_FROM_ERROR_RATE, {
    gap: 'must be 2 minutes or more after the last point without errors: in between the cache is emptied',
    back: `a cache that was emptied at this load does not fill again by itself: at least ${SOLVED_FROM_ERROR_RATE}`,
  });
}

/** A list that is being read: when it is there, or given up (s), and whether it comes at all. */
interface Flight {
  end: number;
  comes: boolean;
}

/** What a scan needs besides the storage's time: a statement there and back, and the next one to wake up (ms). */
const STATEMENT_MS = 12;
/** Short runs are played several times, with other customers first: a minute of a hundred orders is a matter of luck. */
const ORDERS_PLAYED = 20_000;
const MOST_PLAYS = 8;
/** Another play begins so many orders later. */
const PLAY_OFFSET = 7_919;

/**
 * Runs the load through the cache, and what misses through the pool: first come, first served. Customers are chosen as the
 * load generator chooses them.
 *
 * @param pool what those queue for who miss
 */
export function simulateStampede(scenario: Scenario, pool: Bottleneck): SimulatedMinute[] {
  const { cache, traffic, minuteSeconds, durationMinutes } = scenario;
  const times = arrivalTimes(traffic.demoPoints, minuteSeconds, durationMinutes);
  const count = Math.min(MOST_PLAYS, Math.max(1, Math.round(ORDERS_PLAYED / Math.max(1, times.length))));
  const plays = Array.from({ length: count }, (_, play) =>
    playRun(scenario, pool, times, play * PLAY_OFFSET),
  );
  return byMinute(times, scenario, cache.impatient.patienceMs / 1000, plays);
}

/**
 * How long each order waits for its recommendations (s); infinite for who goes without.
 *
 * @param offset of the orders' numbers
 */
function playRun(scenario: Scenario, pool: Bottleneck, times: Float64Array, offset: number): Float64Array {
  const { cache, timeouts, minuteSeconds } = scenario;
  const storageMs = typeof pool.hold === 'number' ? pool.hold : (pool.hold[0]?.scanMs ?? 0);
  const scan = (storageMs + STATEMENT_MS) / 1000;
  const timeout = pool.acquireTimeoutMs / 1000;
  const emptied = (cache.emptiedAt ?? Infinity) * minuteSeconds;
  const free = new Float64Array(pool.connections);
  /** Of each customer: until when his list is kept, and those that will be written, earliest first. */
  const keptUntil = new Float64Array(cache.customers).fill(-1);
  const writes: number[][] = Array.from({ length: cache.customers }, () => []);
  const flights = new Map<number, Flight>();
  let written = offset;
  let isEmptied = false;
  return times.map((arrival, index) => {
    const { customer, isImpatient } = customerOf(cache, offset + index + 1);
    const due = writes[customer] ?? [];
    if (!isEmptied && arrival >= emptied) {
      isEmptied = true;
      keptUntil.fill(-1);
      // What was written before is gone, what is still being read will be there.
      for (const each of writes) while ((each[0] ?? Infinity) <= emptied) each.shift();
    }
    for (let at = due[0]; at !== undefined && at <= arrival; at = due[0]) {
      keptUntil[customer] = at + lifetimeSeconds(cache.ttlSeconds, written++);
      due.shift();
    }
    if ((keptUntil[customer] ?? -1) > arrival) return HIT_MS / 1000;
    const patience = (isImpatient ? cache.impatient.patienceMs : timeouts.recommendationsMs) / 1000;
    const known = cache.singleFlight ? flights.get(customer) : undefined;
    const flight = known !== undefined && known.end > arrival ? known : takeOff(free, arrival, timeout, scan);
    const waited = flight.end - arrival;
    const isInTime = flight.comes && waited <= patience;
    if (flight !== known) {
      flights.set(customer, flight);
      if (flight.comes && (isInTime || cache.singleFlight)) due.push(flight.end);
    }
    return isInTime ? waited : Infinity;
  });
}

/** Takes the connection that comes free first; nothing where that is after the timeout. Seconds. */
function takeOff(free: Float64Array, arrival: number, timeout: number, scan: number): Flight {
  let earliest = 0;
  for (let each = 1; each < free.length; each++)
    if ((free[each] ?? 0) < (free[earliest] ?? 0)) earliest = each;
  const start = Math.max(arrival, free[earliest] ?? 0);
  if (start - arrival > timeout) return { end: arrival + timeout, comes: false };
  free[earliest] = start + scan;
  return { end: start + scan, comes: true };
}
