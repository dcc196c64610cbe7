import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import * as pulumi from '@pulumi/pulumi';
import { runProgram } from '../test/manifests/program';

after(() => {
  pulumi.runtime.setAllConfig({});
});

it('a preview from nothing of the whole program on a given cluster has what the update makes', async () => {
  const resources = async (preview: boolean) =>
    (await runProgram({ demoMode: 'blackfriday' }, preview))
      .map(({ type, name }) => `${name} (${type})`)
      .sort();
  const foreseen = await resources(true);
  assert.ok(foreseen.length > 100, `${foreseen.length} resources`);
  assert.deepEqual(foreseen, await resources(false));
});
