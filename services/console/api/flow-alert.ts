import { predictionOf } from '../../../scenario/causes/all';
import {
  evaluateFlowAlert,
  FLOW_ROUTE,
  isFullMinute,
  SEED_FLOW_ALERT,
  type FlowMinute,
} from '../../../scenario/flow-alert';
import { positionAt } from '../../../scenario/timeline';
import type { EffectiveScenario } from '../../../scenario/types';
import type { KnownRun } from '../runs/run-book';
import { FRONTEND, sumOf, type RunMinute } from '../store/aggregates';
import { statsOf } from '../store/series';
import type { TelemetryStore } from '../store/telemetry-store';

/** After its last answer a minute's spans take so long to arrive (s): exporters send once a second. */
const ARRIVAL_SECONDS = 2;

/** The flow alert of a run, as the page and /api/summary tell it; armed, with nothing seen, without one. */
export function flowAlertOf(
  store: TelemetryStore,
  run: KnownRun | null,
  effective: EffectiveScenario | null,
  nowMs: number,
) {
  const inForce = run !== null && effective?.scenario.runId === run.runId;
  const isOver = inForce && positionAt(effective, nowMs / 1000).state !== 'running';
  const rule = run?.effective.scenario.flowAlert ?? SEED_FLOW_ALERT;
  const alert = evaluateFlowAlert(
    run === null ? [] : flowMinutes(store.aggregates.minutes(run.runId), run, nowMs),
    rule,
    inForce && !isOver,
  );
  return {
    /** Whose minutes it looked at; null before the first run. */
    run_id: run?.runId ?? null,
    /** When that run ended (ISO time): everything here is of the past then. Null while it is in force. */
    ended_at: run?.endedMs == null ? null : new Date(run.endedMs).toISOString(),
    state: alert.state,
    /** First minute of the incident that is open; null while armed. */
    since_minute: alert.sinceMinute,
    /** The latest full minute looked at, which the conditions are of; null before the first. */
    evaluated_minute: alert.evaluatedMinute,
    conditions: alert.conditions,
    /** Full minutes in a row that met them all, and how many it takes. */
    held_minutes: alert.heldMinutes,
    for_minutes: rule.forMinutes,
    incidents: alert.incidents,
  };
}

/** What the alert looks at in each demo minute of a run. */
export function flowMinutes(minutes: readonly RunMinute[], run: KnownRun, nowMs: number): FlowMinute[] {
  const clock = settledMinute(run, nowMs);
  const { minuteSeconds } = run.effective.scenario;
  return minutes.map((minute) => {
    const checkouts = statsOf(
      sumOf(
        minute.series,
        ({ service, route, traffic }) => service === FRONTEND && route === FLOW_ROUTE && traffic === 'demo',
      ),
      null,
    );
    const covered = (minute.lastMs - minute.firstMs) / 1000;
    return {
      minute: minute.minute,
      full:
        (clock === null || minute.minute <= Math.floor(clock)) &&
        isFullMinute(minute.minute, clock, covered > 0 ? covered : null, minuteSeconds),
      requests: checkouts.requests,
      errorRate: checkouts.errorRate ?? 0,
      p95Ms: checkouts.p95Ms,
      spans: minute.flow,
    };
  });
}

/**
 * The demo minute up to which everything has been answered and has arrived; null when that is all: a minute's last
 * failures come one timeout after it. A held clock catches up while it stands.
 */
export function settledMinute(run: KnownRun, nowMs: number): number | null {
  if (run.endedMs !== null) return null;
  const { effective } = run;
  const { minute, state } = positionAt(effective, nowMs / 1000);
  if (minute === null || state === 'over') return minute;
  const { minuteSeconds } = effective.scenario;
  const settle = predictionOf(effective.scenario).timeoutMs / 1000 + ARRIVAL_SECONDS;
  const heldSeconds = effective.pausedAt === null ? 0 : nowMs / 1000 - effective.pausedAt;
  return Math.min(minute, minute + (heldSeconds - settle) / minuteSeconds);
}
