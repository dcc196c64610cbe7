import { readIndexes } from '../../scenario/apply';
import { INDEX_NAMES } from '../../scenario/types';
import { wrongIndexes } from '../target/conductor';
import { textAt } from '../../machine/json';
import { withSession } from '../../machine/session';
import { lookAtPool } from '../observation/healthy';
import { failed, ok, type Finding } from './check';
import { checked, type CheckContext } from './context';
import { describeEffective } from './effective';

/** Every known index is what the scenario in force says; an invalid left-over is not. */
export async function checkIndexes(context: CheckContext): Promise<Finding> {
  const effective = await context.effective();
  const found = await withSession(context.target.conductor, readIndexes);
  const wrong = wrongIndexes(effective.scenario, found);
  if (wrong.length > 0) {
    const invalid = INDEX_NAMES.some((name) => found[name] === 'invalid');
    return failed(
      wrong.join('; '),
      invalid ? 'an interrupted build left it: npm run rollback drops it and builds it anew' : undefined,
    );
  }
  const states = INDEX_NAMES.map((name) => `${name.replace('idx_products_', '')} ${found[name]}`).join(', ');
  const plan = await observedPlan(context);
  return ok(`${states} (${describeEffective(effective, Date.now() / 1000)}${plan})`);
}

/** What product-catalog sees of the recommendation query's plan. */
async function observedPlan({ observer }: CheckContext): Promise<string> {
  const body = await observer.get('product-catalog', '/health').catch(() => null);
  const used = textAt(body, 'plans', 'recommendations', 'index_used');
  return used === null ? '' : `; the query uses ${used === 'NONE' ? 'none' : used}`;
}

/** The recommendation pool, over all replicas, has the size of the scenario in force. */
export async function checkPool(context: CheckContext): Promise<Finding> {
  const { scenario } = await context.effective();
  return checked(
    context,
    () => lookAtPool(scenario.pools.recommendation.max, context.observer),
    ({ size, replicas }) => `${String(size)} connections${replicas > 1 ? ` over ${replicas} replicas` : ''}`,
  );
}
