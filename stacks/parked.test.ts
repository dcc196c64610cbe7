import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as postgresql from '@pulumi/postgresql';
import * as pulumi from '@pulumi/pulumi';
import { Cluster } from '../infra/cluster/cluster';
import { PinnedImages } from '../infra/images/pinned-image';
import { mockEngine, SHOP_ANSWERS, testDigest } from '../test/mocks/engine';
import { Redis } from '../infra/redis/redis';
import { ScenarioDeployment } from '../infra/scenario/scenario-deployment';
import { resolveScenario } from '../scenario/resolve';
import { leaveHostsAlone } from './parked';

it('while hosts are parked, nothing on them changes; what lives elsewhere may', async () => {
  const engine = mockEngine(SHOP_ANSWERS);
  // Pulumi's own stack resource, which transformations hang on.
  await pulumi.runtime.runInPulumiStack(() => {
    leaveHostsAlone();
    const cluster = new Cluster('cluster', { kubeconfig: 'k', namespace: 'shop', unreachable: true });
    new Redis('redis', { cluster, image: `redis@${testDigest('redis')}` });
    new postgresql.Provider('database-provider', { host: '203.0.113.10', port: 30432 });
    new PinnedImages('images', { images: { redis: 'redis:7' } });
    new ScenarioDeployment('scenario', {
      scenario: resolveScenario({ demoMode: 'blackfriday' }, { nowSeconds: 0, scaleDefault: 1 }),
      configuredStart: null,
      startDelaySeconds: 20,
      login: { host: 'h', port: 1, user: 'u', password: 'p', database: 'd', ca: 'c' },
      volume: 'v',
      after: [],
      deletedWith: cluster.namespace,
    });
    return Promise.resolve();
  });
  await engine.until('scenario-row');
  const alone = (type: RegExp) =>
    engine.created
      .filter((resource) => type.test(resource.type))
      .map(({ name, options }) => [name, options.ignoreChanges]);
  const left = [...alone(/^kubernetes:/), ...alone(/dynamic\/scenario:/)];
  // Eight of Redis, the namespace, three indexes and the row.
  assert.ok(left.length >= 12, String(left.length));
  for (const [name, ignored] of left) assert.deepEqual(ignored, ['*'], String(name));
  for (const [name, ignored] of [...alone(/^random:/), ...alone(/images:TagPin/)])
    assert.deepEqual(ignored, [], String(name));
  // Who asks the state, as `pulumi refresh` does, is told at once why nobody answers, and what does.
  assert.match(
    String(engine.named('cluster-kubernetes').inputs.kubeconfig),
    /"current-context":"the hosts are parked; .*pulumi refresh --target '\*\*aws:\*\*'"/,
  );
  assert.equal(engine.named('database-provider').inputs.host, 'hosts-are-parked.invalid');
});
