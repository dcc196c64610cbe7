import { readIndexes } from '../../scenario/apply';
import { poolOver } from '../../scenario/pool-share';
import { INDEX_NAMES } from '../../scenario/types';
import { wrongIndexes } from '../conductor';
import { numberAt, textAt } from '../json';
import { withSession } from '../session';
import { failed, ok, type Finding } from './check';
import { eventually, readInstances, readService, type CheckContext } from './context';
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
async function observedPlan({ target }: CheckContext): Promise<string> {
  const body = await readService(target, 'product-catalog', '/health').catch(() => null);
  const used = textAt(body, 'plans', 'recommendations', 'index_used');
  return used === null ? '' : `; the query uses ${used === 'NONE' ? 'none' : used}`;
}

/** The recommendation pool, over all replicas, has the size of the scenario in force. */
export async function checkPool(context: CheckContext): Promise<Finding> {
  const { scenario } = await context.effective();
  const expected = scenario.pools.recommendation.max;
  const found = await eventually(context, async () => {
    const bodies = await readInstances(context.target, 'product-catalog', '/health');
    const sizes = bodies.map((body) => numberAt(body, 'pools', 'recommendation', 'max'));
    const sum = sizes.reduce<number>((total, size) => total + (size ?? 0), 0);
    const together = poolOver(expected, sizes.length);
    if (sum !== together) return `${sum} connections, should be ${together}`;
    return { figures: `${sum} connections${sizes.length > 1 ? ` over ${sizes.length} replicas` : ''}` };
  });
  return typeof found === 'string' ? failed(found) : ok(found.figures);
}
