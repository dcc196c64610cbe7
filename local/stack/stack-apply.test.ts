import assert from 'node:assert/strict';
import { it } from 'node:test';
import { resolveScenario } from '../../scenario/resolve';
import { describeScenario } from './stack-apply';

it('does not call a normal stack healthy that leaves an index out', () => {
  const at = { nowSeconds: 1_790_000_000 };
  assert.equal(describeScenario(resolveScenario({}, at), at.nowSeconds), 'scenario: normal, all is healthy');
  const absent = resolveScenario({ indexes: { idx_products_category: 'absent' } }, at);
  assert.match(describeScenario(absent, at.nowSeconds), /not all is healthy: .*idx_products_category/);
});
