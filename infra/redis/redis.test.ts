import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Cluster } from '../cluster/cluster';
import { mockEngine, settled, SHOP_ANSWERS, testDigest, type MockedEngine } from '../../test/mocks/engine';
import { workloadOf } from '../../test/mocks/pods';
import { Redis } from './redis';

const IMAGE = `redis:7@${testDigest('redis')}`;

describe('Redis', () => {
  let engine: MockedEngine;
  let redis: Redis;
  before(async () => {
    engine = mockEngine(SHOP_ANSWERS);
    const cluster = new Cluster('cluster', { kubeconfig: 'k', namespace: 'shop' });
    redis = new Redis('redis', {
      cluster,
      image: IMAGE,
      imagePullSecret: 'image-registry',
      storageClass: 'fast',
    });
    await engine.idle();
  });

  it('asks for a generated password, which only its Secret has', async () => {
    const { inputs, secrets } = engine.named('redis-secret');
    assert.deepEqual(secrets, ['stringData']);
    const { 'redis.conf': config } = inputs.stringData as Record<string, string>;
    assert.match(config ?? '', /^requirepass secret-of-redis-password$/m);
    assert.equal(await settled(redis.url), 'redis://:secret-of-redis-password@redis:6379');
    assert.ok(!JSON.stringify(engine.named('redis-server').inputs).includes('secret-of-'));
  });

  it('keeps carts over a restart, and evicts before the kernel kills', () => {
    const { 'redis.conf': config } = engine.named('redis-secret').inputs.stringData as Record<string, string>;
    assert.match(config ?? '', /^appendonly yes$/m);
    const { container, imagePullSecrets } = workloadOf(engine.named('redis-server'));
    assert.equal(container.image, IMAGE);
    assert.deepEqual(imagePullSecrets, [{ name: 'image-registry' }]);
    assert.equal(container.volumeMounts?.find(({ name }) => name === 'data')?.mountPath, '/data');
    const most = Number(/^maxmemory (\d+)mb$/m.exec(config ?? '')?.[1]);
    const limit = Number(/^(\d+)Mi$/.exec(container.resources.limits.memory ?? '')?.[1]);
    assert.ok(most > 0 && most < limit, `${most} of ${limit}`);
    const { spec } = engine.named('redis-volume').inputs as { spec: { storageClassName?: string } };
    assert.equal(spec.storageClassName, 'fast');
    assert.deepEqual(engine.named('redis-volume').options.ignoreChanges, []);
  });

  it('is there before its pods and goes with the namespace', () => {
    const { options } = engine.named('redis-server');
    for (const name of ['redis-secret', 'redis-volume', 'redis-account', 'redis-pods'])
      assert.ok(options.dependsOn.includes(name), name);
    for (const resource of engine.created.filter(({ type }) => /^kubernetes:(core|apps|policy)/.test(type))) {
      if (resource.name === 'cluster-namespace') continue;
      assert.equal(resource.options.deletedWith, 'cluster-namespace', resource.name);
    }
  });
});
