import assert from 'node:assert/strict';
import { it, mock } from 'node:test';
import * as pulumi from '@pulumi/pulumi';
import { mockEngine } from '../../test/mocks/engine';
import { hint } from './hint';

it('says each remedy once, before the engine hears that it should give up', async () => {
  mockEngine({});
  const order: string[] = [];
  mock.method(pulumi.log, 'error', async (text: string) => {
    await new Promise((resolve) => setImmediate(resolve));
    order.push(text);
  });
  const hook = hint('x', ({ errors }) => (errors[0] === 'ours' ? 'do this' : null));
  const fail = async (error: string) => {
    const retry = await hook.callback({ errors: [error] } as Parameters<typeof hook.callback>[0]);
    order.push(`${error}: ${retry ? 'again' : 'ends'}`);
  };
  for (const error of ['ours', 'another', 'ours']) await fail(error);
  assert.deepEqual(order, ['do this', 'ours: ends', 'another: ends', 'ours: ends']);
});
