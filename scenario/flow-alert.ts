import { z } from 'zod';
import { LIMITS } from './config/limits';
import { share, span, within, type PartOf } from './document-values';

/**
 * The flow alert of seed 004 as code: one definition for the console, the monitor, the prediction, and the
 * definitions for vendors in docs/coralogix. It looks at the demo cohort alone, one full demo minute at a time.
 */

/** Attributes of spans that a flow alert may ask for. */
export const FLOW_ATTRIBUTES = [
  'db.slow_query',
  'db.full_table_scan',
  'db.connection.pool.exhausted',
  'shop.lock.timeout',
  'checkout.failed',
] as const;
export type FlowAttribute = (typeof FLOW_ATTRIBUTES)[number];

/**
 * What the flow alert has to see. Both thresholds have to be exceeded (not just reached), by the demo cohort's checkouts
 * at the frontend.
 */
const rule = {
  /** Each is `true` on at least one span of the demo cohort in the minute. */
  attributes: z.array(z.enum(FLOW_ATTRIBUTES)).max(20),
  /** Failed checkouts / checkouts, 0…1. A declined card (402) is no failure. */
  errorRate: share,
  /** 95th percentile of the checkouts' duration, failed ones included (ms). */
  p95Ms: span,
  /** So many full demo minutes in a row have to meet every condition; with the last of them it fires. */
  forMinutes: within(LIMITS.durationMinutes),
};
export type FlowAlertRule = PartOf<typeof rule>;

/**
 * The rule of seed 004, wherever preset and config have none of their own: it fires with the first minute above its
 * thresholds.
 */
export const SEED_FLOW_ALERT: FlowAlertRule = {
  attributes: ['db.slow_query', 'db.full_table_scan', 'db.connection.pool.exhausted', 'checkout.failed'],
  errorRate: 0.2,
  p95Ms: 2000,
  forMinutes: 1,
};

/** The rule in a scenario's document. Documents of before had the seed's four attributes. */
export const FLOW_ALERT_SCHEMA = z.object({
  ...rule,
  attributes: rule.attributes.default(SEED_FLOW_ALERT.attributes),
});

/**
 * The frontend's route by which the demo cohort's checkouts are measured, not all demo journeys: in blackfriday-v3
 * four of five of those only browse.
 */
export const FLOW_ROUTE = 'POST /api/checkout';

/** A recommendation query that takes longer (ms) carries `db.slow_query`; the wait for the pool is not counted. */
export const SLOW_QUERY_MS = 500;

/**
 * The alert clears after so many full minutes in a row that don't meet every condition: one minute at the border
 * doesn't open a second incident.
 */
export const FLOW_CLEARS_AFTER_MINUTES = 2;

/** What was seen (or is predicted) of one demo minute of the demo cohort. */
export interface FlowMinute {
  minute: number;
  /**
   * Whether a full demo minute was seen of it: it is over and its spans have arrived, or the clock was held in it for
   * as long as a minute is. Others are not looked at.
   */
  full: boolean;
  /** Checkouts that ended; without any the minute says nothing. */
  requests: number;
  /** 0…1 */
  errorRate: number;
  /** ms, over all of them */
  p95Ms: number | null;
  /** Spans of the demo cohort on which each attribute was true. */
  spans: Readonly<Partial<Record<FlowAttribute, number>>>;
}

/** One of the alert's conditions. It is met when `observed` > `threshold`. */
export interface FlowCondition {
  name: FlowAttribute | 'error_rate' | 'duration_p95';
  /** `spans`, `share` (0…1) or `ms`. */
  unit: 'spans' | 'share' | 'ms';
  /** null: nothing was seen yet. */
  observed: number | null;
  threshold: number;
  met: boolean;
}

export interface FlowAlert {
  state: 'armed' | 'firing';
  /** First minute of the incident that is open; null while armed. */
  sinceMinute: number | null;
  /** The latest full minute that was looked at, which `conditions` are of; null before the first. */
  evaluatedMinute: number | null;
  conditions: FlowCondition[];
  /** Full minutes in a row that met every condition, up to now. */
  heldMinutes: number;
  /**
   * Every incident of the run, the open one (`toMinute` null) last. `fromMinute`: the minute with which it fired, the
   * last of those that had to be met; `toMinute`: the last minute that met all.
   */
  incidents: { fromMinute: number; toMinute: number | null }[];
}

/**
 * Where the alert of a run stands.
 *
 * It fires when `forMinutes` full minutes in a row met all conditions, with the last of them, and keeps firing until
 * {@link FLOW_CLEARS_AFTER_MINUTES} full minutes in a row didn't, or until the run is no longer in force (healed,
 * aborted, over): then it is armed again. Minutes that were not seen, or had no checkout, neither count nor clear.
 *
 * @param minutes of one run, in any order; each minute once
 * @param rule the scenario's
 * @param runInForce whether the run is still what the shop follows
 */
export function evaluateFlowAlert(
  minutes: readonly FlowMinute[],
  rule: FlowAlertRule,
  runInForce = true,
): FlowAlert {
  const incidents: FlowAlert['incidents'] = [];
  let open: { fromMinute: number; lastMet: number } | null = null;
  let unmet = 0;
  let held = 0;
  let latest: FlowMinute | null = null;
  for (const minute of [...minutes].sort((a, b) => a.minute - b.minute)) {
    if (!minute.full || minute.requests === 0) continue;
    latest = minute;
    held = meetsFlowAlert(minute, rule) ? held + 1 : 0;
    if (held > 0 && (open !== null || held >= rule.forMinutes)) {
      const fromMinute: number = open === null ? minute.minute : open.fromMinute;
      open = { fromMinute, lastMet: minute.minute };
      unmet = 0;
    } else if (open !== null && ++unmet >= FLOW_CLEARS_AFTER_MINUTES) {
      incidents.push({ fromMinute: open.fromMinute, toMinute: open.lastMet });
      open = null;
      unmet = 0;
    }
  }
  if (open !== null && !runInForce) {
    incidents.push({ fromMinute: open.fromMinute, toMinute: open.lastMet });
    open = null;
  }
  if (open !== null) incidents.push({ fromMinute: open.fromMinute, toMinute: null });
  return {
    state: open === null ? 'armed' : 'firing',
    sinceMinute: open?.fromMinute ?? null,
    evaluatedMinute: latest?.minute ?? null,
    conditions: flowConditions(latest, rule),
    heldMinutes: held,
    incidents,
  };
}

/** The conditions as one minute meets them. @param minute null: nothing was seen yet */
export function flowConditions(
  minute: Pick<FlowMinute, 'errorRate' | 'p95Ms' | 'spans'> | null,
  rule: FlowAlertRule,
): FlowCondition[] {
  const condition = (
    name: FlowCondition['name'],
    unit: FlowCondition['unit'],
    observed: number | null,
    threshold: number,
  ): FlowCondition => ({ name, unit, observed, threshold, met: observed !== null && observed > threshold });
  return [
    ...rule.attributes.map((name) =>
      condition(name, 'spans', minute === null ? null : (minute.spans[name] ?? 0), 0),
    ),
    condition('error_rate', 'share', minute?.errorRate ?? null, rule.errorRate),
    condition('duration_p95', 'ms', minute?.p95Ms ?? null, rule.p95Ms),
  ];
}

/** A rule for a person, e.g. `errors above 30 %, p95 above 2 s, for 15 minutes`. */
export function flowAlertRuleText({ errorRate, p95Ms, forMinutes }: FlowAlertRule): string {
  const held = forMinutes === 1 ? '' : `, for ${forMinutes} minutes`;
  return `errors above ${Math.round(errorRate * 1000) / 10} %, p95 above ${p95Ms / 1000} s${held}`;
}

/** Whether one minute meets all conditions. */
export function meetsFlowAlert(
  minute: Pick<FlowMinute, 'errorRate' | 'p95Ms' | 'spans'>,
  rule: FlowAlertRule,
): boolean {
  return flowConditions(minute, rule).every(({ met }) => met);
}

/**
 * Whether a full demo minute was seen of a minute.
 *
 * @param currentMinute fractional demo minute of the run's clock; null when it is over or no longer in force
 * @param coveredSeconds real seconds the clock was in the minute, as far as is known
 */
export function isFullMinute(
  minute: number,
  currentMinute: number | null,
  coveredSeconds: number | null,
  minuteSeconds: number,
): boolean {
  if (currentMinute === null || minute < Math.floor(currentMinute)) return true;
  // Held by a pause: as much of it was seen as of any other.
  return minute === Math.floor(currentMinute) && coveredSeconds !== null && coveredSeconds >= minuteSeconds;
}
