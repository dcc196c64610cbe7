import assert from 'node:assert/strict';
import { it } from 'node:test';
import { resolveScenario } from '../../scenario/resolve';
import { describeScenario } from './stack-apply';

it('calls normal healthy, since it heals what the stack says of an index', () => {
  const at = { nowSeconds: 1_790_000_000 };
  assert.equal(describeScenario(resolveScenario({}, at), at.nowSeconds), 'scenario: normal, all is healthy');
  const absent = resolveScenario({ indexes: { idx_products_category: 'absent' } }, at);
  assert.equal(absent.indexes.idx_products_category, 'present');
  assert.equal(describeScenario(absent, at.nowSeconds), 'scenario: normal, all is healthy');
});
