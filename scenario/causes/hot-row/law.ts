import { errorRateAt, rpmAt } from '../../curve';
import {
  CALM_UTILISATION,
  changingSteps,
  FILL_FACTOR,
  SOLVED_FROM_ERROR_RATE,
  STEP_MINUTES,
  stepMiddles,
} from '../../little';
import { lowDiscrepancy } from '../low-discrepancy';
import { arrivalTimes, byMinute, type SimulatedMinute } from '../../prediction';
import type { CurvePoint, Scenario } from '../../types';
import type { CurveFault } from '../cause';
import { LOCK_WAIT_MS, RESERVATIONS_MAX, shareAt, type SaleSettings, type ShareStep } from './document';

/**
 * A row's lock is a server that serves one order at a time: held s seconds by each, it serves 1/s a second. Of λ orders a
 * second of which a share p wants the row, what it can't serve waits for {@link LOCK_WAIT_MS} and fails: e = p − 1/(s·λ). So a
 * curve (λ and e) is made by who comes for the sale: p = e + 1/(s·λ).
 */

/** Mean of what the payment provider takes (ms), in every scenario alike. */
export const PAYMENT_MS = 150;
/**
 * How long the row is held besides (ms): to payment and back, the commit, and the next one to wake up. At scale 0.25 24
 * minutes of 60 s gave 4.8 and 22 of 6 s 5.9, each ± 1; a machine that is loaded six times over takes 15. At scale 1, where
 * a row serves a tenth of the customers, 10 ms more are half a point of error rate.
 */
const STATEMENTS_MS = 5;
/** A checkout that waits for no row (ms). */
const UNHINDERED_MS = PAYMENT_MS + STATEMENTS_MS;

/** Most who come for the sale before anybody is to fail. */
const CALM_SHARE = 0.3;

/** How long an order holds its row (s). */
export function holdSeconds({ paymentInTransaction }: SaleSettings): number {
  return (STATEMENTS_MS + (paymentInTransaction ? PAYMENT_MS : 0)) / 1000;
}

/** Orders a minute that the rows of a sale can serve. */
function servedRpm(sale: SaleSettings): number {
  return (60 * sale.deals) / holdSeconds(sale);
}

/** Why a curve can't be made by any share of its customers. @param points scaled */
export function curveFaults(sale: SaleSettings, points: readonly CurvePoint[]): CurveFault[] {
  const served = servedRpm(sale);
  const most = (60_000 * RESERVATIONS_MAX) / (LOCK_WAIT_MS + 1000 * holdSeconds(sale));
  return points.flatMap(({ rpm, errorRate }, index): CurveFault[] => {
    if (errorRate < SOLVED_FROM_ERROR_RATE) return [];
    if (errorRate * rpm + served > rpm * (1 + 1e-9)) {
      const least = Math.ceil(served / (1 - errorRate));
      const message = `one row serves ${Math.round(served)} orders a minute, however few want it: for ${Math.round(errorRate * 100)} % errors there must be at least ${least} rpm`;
      return [{ index, field: 'rpm', message }];
    }
    if (errorRate * rpm + served > most) {
      const message = `more customers would wait for the row than the inventory has connections (${RESERVATIONS_MAX}): allowed are ${Math.floor((most - served) / errorRate)} rpm`;
      return [{ index, field: 'rpm', message }];
    }
    return [];
  });
}

/**
 * Who comes for the sale, a quarter of a demo minute each, so that the curve is made. A minute's error rate is a mean over
 * the minute, so the curve's value at minute m is aimed at for its middle. Nobody fails before the row's queue is as long
 * as that, so it is built up just before the first errors are wanted.
 */
export function solveShares(
  sale: SaleSettings,
  curve: { points: readonly CurvePoint[]; minuteSeconds: number; durationMinutes: number },
): ShareStep[] {
  const { points, minuteSeconds, durationMinutes } = curve;
  const served = servedRpm(sale);
  const stepSeconds = minuteSeconds * STEP_MINUTES;
  const middles = stepMiddles(durationMinutes);
  const wanted = middles.map((minute) => errorRateAt(points, Math.max(0, minute - 0.5)));
  // Of the customers of each step, those whom the row can just serve.
  const carried = middles.map((minute) => {
    const rpm = rpmAt(points, minute);
    return rpm > 0 ? served / rpm : 1;
  });
  const shares = wanted.map((errorRate, step) =>
    errorRate >= SOLVED_FROM_ERROR_RATE
      ? errorRate + (carried[step] ?? 1)
      : Math.min(CALM_SHARE, CALM_UTILISATION * (carried[step] ?? 1)),
  );
  const fillSteps = Math.ceil(LOCK_WAIT_MS / 1000 / (FILL_FACTOR - 1) / stepSeconds);
  const overload = 1 + LOCK_WAIT_MS / 1000 / (fillSteps * stepSeconds);
  wanted.forEach((errorRate, step) => {
    if (errorRate < SOLVED_FROM_ERROR_RATE || (wanted[step - 1] ?? 0) >= SOLVED_FROM_ERROR_RATE) return;
    for (let before = Math.max(0, step - fillSteps); before < step; before++)
      shares[before] = overload * (carried[before] ?? 1);
  });
  const steps = shares.map((share, step) => ({
    minute: step * STEP_MINUTES,
    share: Math.round(1000 * Math.min(1, share)) / 1000,
  }));
  return changingSteps(steps, ({ share }) => share);
}

/**
 * Runs the load through the sale's rows, each a queue of its own: first come, first served; who waits too long
 * fails, and takes no time of the row. Customers are chosen as the load generator chooses them.
 */
export function simulateSale({ sale, traffic, minuteSeconds, durationMinutes }: Scenario): SimulatedMinute[] {
  const times = arrivalTimes(traffic.demoPoints, minuteSeconds, durationMinutes);
  const hold = holdSeconds(sale);
  const timeout = LOCK_WAIT_MS / 1000;
  const free = new Float64Array(sale.deals);
  const latencies = times.map((arrival, index) => {
    const unhindered = UNHINDERED_MS / 1000;
    if (lowDiscrepancy(index) >= shareAt(sale.steps, arrival / minuteSeconds)) return unhindered;
    const row = index % sale.deals;
    const start = Math.max(arrival, free[row] ?? 0);
    if (start - arrival > timeout) return Infinity;
    free[row] = start + hold;
    return unhindered + (start - arrival);
  });
  return byMinute(times, { minuteSeconds, durationMinutes }, timeout, [latencies]);
}
