import assert from 'node:assert/strict';
import { it } from 'node:test';
import { namePrefix } from './aws-names';

it('names of AWS resources begin with project and stack, in letters and a length that all services take', () => {
  assert.equal(namePrefix('ecommerce-demo', 'dev'), 'ecommerce-demo-dev');
  assert.equal(namePrefix('ecommerce-demo', 'Team_A.dev'), 'ecommerce-demo-team-a-dev');
  const long = ['a', 'b'].map((end) =>
    namePrefix('ecommerce-demo', `a-very-long-name-of-somebody's-stack-${end}`),
  );
  for (const name of long) assert.match(name, /^ecommerce-demo-a-very-[a-z0-9-]{1,15}$/);
  assert.notEqual(long[0], long[1]);
});
