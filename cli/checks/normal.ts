import { readState } from '../../scenario/state';
import { ConfigError } from '../../scenario/config/config-error';
import { loadScenarioConfig, stackConfigPath } from '../../scenario/config/config-file';
import { CAUSES, deviationsOf } from '../../scenario/causes/all';
import type { ServiceName } from '../../services/catalog';
import { describeRun } from '../../scenario/override/store';
import { messageOf } from '../../machine/errors';
import { textAt } from '../../machine/json';
import { withSession } from '../../machine/session';
import { brokenKeys } from '../target/stack-file';
import { lookAtPool } from '../observation/healthy';
import { look, until, type Look } from '../observation/look';
import { failed, ok, type Finding } from './check';
import { checked, type CheckContext } from './context';

/** The services that follow the scenario's rows. */
const SUBSCRIBERS: readonly ServiceName[] = ['product-catalog', 'load-generator', 'console'];

/** Both rows say normal, and every service that follows them has seen it. */
export async function checkDemoMode(context: CheckContext): Promise<Finding> {
  const { desired, override } = await withSession(context.target.conductor, (sql) => readState(sql));
  if (override !== null) return failed(`${describeRun(override)} is under way`);
  if (desired === null) return failed('the database has no scenario', 'start the shop, or pulumi up');
  if (desired.mode !== 'normal') return failed(`the desired scenario is ${desired.mode} (${desired.runId})`);
  const seenByAll = async (): Promise<Look<true>> => {
    const late = await Promise.all(
      SUBSCRIBERS.map(async (name) =>
        (await context.observer.all(name, '/health')).flatMap(({ body }) => {
          const mode = textAt(body, 'scenario', 'mode');
          return mode === 'normal' ? [] : [`${name} still sees ${mode ?? 'nothing'}`];
        }),
      ),
    );
    return look(true, late.flat());
  };
  return checked(context, seenByAll, () => `normal, seen by ${SUBSCRIBERS.join(', ')}`);
}

/** Nothing of an outage is left: stack config, indexes, pool, storage. */
export async function checkConfigClean(context: CheckContext): Promise<Finding> {
  const faults = [
    ...configFaults(context),
    ...(await databaseFaults(context)),
    ...(await poolFaults(context)),
  ];
  return faults.length === 0
    ? ok('stack config, all indexes, pool and storage as in normal operations')
    : failed(faults.join('; '));
}

function configFaults({ target }: CheckContext): string[] {
  const file = stackConfigPath(target.config);
  try {
    return brokenKeys(loadScenarioConfig(target.config)).map((what) => `${file}: ${what}`);
  } catch (error) {
    return [error instanceof ConfigError ? error.message : `${file}: ${messageOf(error)}`];
  }
}

async function databaseFaults({ target }: CheckContext): Promise<string[]> {
  return withSession(target.conductor, async (sql) => {
    const found: string[] = [];
    for (const cause of CAUSES) found.push(...((await cause.leftovers?.(sql)) ?? []));
    return found;
  });
}

/** The pool at the scale the shop runs at: what the desired scenario says, which is as in normal operations. */
async function poolFaults({ target, observer, ...patience }: CheckContext): Promise<string[]> {
  const { desired } = await withSession(target.conductor, (sql) => readState(sql));
  if (desired === null) return ['the database has no scenario'];
  const wanted = deviationsOf(desired);
  if (wanted.length > 0)
    return wanted.map(
      ({ kind, name, now, normal }) => `the desired ${kind} ${name} is ${now}, normal is ${normal}`,
    );
  const { problem } = await until(() => lookAtPool(desired.pools.recommendation.max, observer), patience);
  return problem === null ? [] : [problem];
}
