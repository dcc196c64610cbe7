import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { summarizePlan, type PlanNode } from './query-plan';

const scan = (node: Partial<PlanNode>): PlanNode => ({ 'Node Type': 'Seq Scan', 'Plan Rows': 10, ...node });
const explained = (plan: PlanNode): unknown => [{ Plan: plan }];

describe('summarizePlan', () => {
  it('finds the full scan below sort and limit', () => {
    const plan = scan({ 'Node Type': 'Limit', Plans: [scan({ 'Node Type': 'Sort', Plans: [scan({})] })] });
    assert.deepEqual(summarizePlan(explained(plan)), {
      indexUsed: null,
      fullTableScan: true,
      actualRowsScanned: null,
    });
  });

  it('names the index of an index scan', () => {
    const plan = scan({
      'Node Type': 'Limit',
      Plans: [scan({ 'Node Type': 'Index Scan', 'Index Name': 'idx_products_category' })],
    });
    assert.deepEqual(summarizePlan(explained(plan)), {
      indexUsed: 'idx_products_category',
      fullTableScan: false,
      actualRowsScanned: null,
    });
  });

  it('counts returned and filtered rows of a plan that was run', () => {
    const plan = scan({ 'Actual Rows': 19_786, 'Actual Loops': 1, 'Rows Removed by Filter': 480_214 });
    assert.equal(summarizePlan(explained(plan)).actualRowsScanned, 500_000);
  });

  it('refuses an answer without a plan', () => {
    assert.throws(() => summarizePlan([]), /without a plan/);
  });
});
