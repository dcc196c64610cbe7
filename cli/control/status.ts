import { effectiveScenario } from '../../scenario/state';
import { positionAt } from '../../scenario/timeline';
import type { Conductor } from '../target/conductor';
import { messageOf } from '../../machine/errors';
import { describeIntent, livenessOf, type Intent } from './intent';
import type { CohortStats } from '../observation/answers';
import type { ShopObserver } from '../observation/shop-observer';
import { percent, wholeMilliseconds } from '../../report/format';
import type { Target } from '../target/target';

/** What is under way at a target. Times are ISO, shares 0…1. */
export type Status = Awaited<ReturnType<typeof statusOf>>;

/** Asks a target how it is. @throws when its database does not answer */
export async function statusOf(
  target: Target,
  intent: Intent | null,
  conductor: Pick<Conductor, 'readState'>,
  observer: Pick<ShopObserver, 'traffic' | 'runTelemetry'>,
) {
  const problems: string[] = [];
  const orNull = async <T>(what: string, work: Promise<T>): Promise<T | null> => {
    try {
      return await work;
    } catch (error) {
      problems.push(`${what}: ${messageOf(error)}`);
      return null;
    }
  };
  const state = await conductor.readState();
  const effective = effectiveScenario(state);
  if (effective === null) throw new Error('the database has no scenario yet');
  const { scenario } = effective;
  const position = positionAt(effective, Date.now() / 1000);
  const [traffic, telemetry] = await Promise.all([
    orNull('load-generator', observer.traffic()),
    scenario.mode === 'normal' ? null : orNull('console', observer.runTelemetry(scenario.runId)),
  ]);
  return {
    target: { kind: target.kind, name: target.name, shopUrl: target.shopUrl, consoleUrl: target.consoleUrl },
    mode: scenario.mode,
    title: scenario.title,
    runId: scenario.runId,
    state: position.state,
    /** Fractional demo minute; null in normal mode. */
    minute: position.minute === null ? null : Math.round(position.minute * 100) / 100,
    durationMinutes: scenario.shownMinutes,
    phase: position.phase,
    phaseTitle: position.phaseTitle,
    pausedAt: iso(effective.pausedAt),
    /** What wants it: an override row, or the configuration. */
    source: effective.source,
    startedBy: state.override?.startedBy ?? null,
    /** When it ends by itself; null where it doesn't. */
    endsAt: iso(effective.expiresAt),
    runner:
      intent === null
        ? null
        : {
            pid: intent.pid,
            host: intent.host,
            user: intent.user,
            since: intent.since,
            liveness: livenessOf(intent),
            text: describeIntent(intent),
          },
    /** Over the last ten seconds; null where the load generator doesn't answer. */
    traffic: traffic === null ? null : { baseline: cohortOf(traffic.baseline), demo: cohortOf(traffic.demo) },
    flowAlert: telemetry?.flowAlert ?? null,
    /** What could not be asked. */
    problems,
  };
}

/** The status for a person. */
export function statusLines(status: Status): string[] {
  const { minute, state, traffic, flowAlert, runner } = status;
  const clock =
    minute === null
      ? state === 'before_start'
        ? 'it has not begun'
        : 'no run is under way'
      : `minute ${minute.toFixed(1)} of ${status.durationMinutes}, ${status.phaseTitle}` +
        (status.pausedAt === null ? '' : `; paused since ${status.pausedAt}`);
  return [
    `${status.target.kind === 'local' ? 'Local shop' : 'Stack'} ${status.target.name}: ${status.title}`,
    `  Run ${status.runId}: ${clock}`,
    status.startedBy && `  Started by ${status.startedBy}`,
    runner &&
      `  Runner: ${runner.text}${runner.liveness === 'dead' ? ' (it has ended: an outage was left open)' : ''}`,
    status.endsAt && `  Ends by itself at ${status.endsAt}`,
    ...Object.entries(traffic ?? {}).map(
      ([cohort, { rpm, requests, errorRate, p95Ms }]) =>
        `  ${cohort}: ${Math.round(rpm)} rpm, ${requests} requests in ten seconds, ${percent(errorRate)} errors, ` +
        `p95 ${wholeMilliseconds(p95Ms)}`,
    ),
    flowAlert &&
      `  Flow alert: ${flowAlert.state}${flowAlert.sinceMinute === null ? '' : ` since minute ${flowAlert.sinceMinute}`}`,
    ...status.problems.map((problem) => `  (${problem})`),
    `  Console ${status.target.consoleUrl}, shop ${status.target.shopUrl}`,
  ].filter((line) => line !== null);
}

function cohortOf({ rpm, last10s, p95Ms }: CohortStats) {
  return {
    rpm,
    requests: last10s.requests,
    errorRate: last10s.requests === 0 ? 0 : last10s.errors / last10s.requests,
    p95Ms,
  };
}

function iso(seconds: number | null): string | null {
  return seconds === null ? null : new Date(seconds * 1000).toISOString();
}
