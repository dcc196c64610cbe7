import { healthyRun } from '../../scenario/override/change';
import { graceOf } from '../../scenario/override/lease';
import { beginRun, describeRun } from '../../scenario/override/store';
import { readState } from '../../scenario/state';
import type { Override, Scenario } from '../../scenario/types';
import { Refusal } from '../../machine/errors';
import { conductorSession, SOAK } from '../target/conductor';
import { healthyScenario } from '../../scenario/override/start';
import type { Target } from '../target/target';

/** Writes the load as a run: normal operations at another scale. @throws Refusal while the shop is not in normal operations */
export async function beginSoak(
  target: Pick<Target, 'conductor'>,
  { minutes, scale }: { minutes: number; scale: number },
): Promise<Override> {
  return conductorSession(target.conductor, async (sql) => {
    const { desired, override } = await readState(sql);
    if (desired === null)
      throw new Refusal('The database has no scenario yet: start the shop, or pulumi up.');
    if (override !== null) throw new Refusal(`A run is under way: ${describeRun(override)}.`);
    if (desired.mode !== 'normal') {
      throw new Refusal(
        `The shop is in mode ${desired.mode}: a soak is of the healthy one (npm run rollback).`,
      );
    }
    const run = soakRun(desired, scale, minutes * 60, Date.now() / 1000);
    await beginRun(sql, run);
    return run;
  });
}

/** The run that is the load: the desired scenario at another scale, at the rates that are configured. @param now Unix seconds */
export function soakRun(desired: Scenario, scale: number, seconds: number, now: number): Override {
  const { traffic } = healthyScenario(desired, now, scale);
  const runId = `soak-${Math.round(now)}`;
  // Pools stay: PostgreSQL has connections for these.
  const scenario = { ...desired, runId, scale, traffic };
  return healthyRun(scenario, {
    runId,
    startedBy: SOAK,
    now,
    seconds: seconds + graceOf({ startedBy: SOAK }),
  });
}
