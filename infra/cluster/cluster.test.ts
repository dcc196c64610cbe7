import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import * as random from '@pulumi/random';
import { mockEngine, SHOP_ANSWERS, type MockedEngine } from '../../test/mocks/engine';
import { Cluster } from './cluster';
import { PullSecret } from './pull-secret';

describe('Cluster', () => {
  let engine: MockedEngine;
  before(async () => {
    engine = mockEngine(SHOP_ANSWERS);
    const host = new random.RandomPassword('host', { length: 1 });
    const ready = new random.RandomPassword('ready', { length: 1 });
    const cluster = new Cluster('cluster', {
      kubeconfig: 'k',
      namespace: 'shop-2',
      host,
      after: [ready],
    });
    new PullSecret('pull', {
      cluster,
      credentials: { server: 'docker.io', username: 'me', password: 'hunter2' },
    });
    await engine.idle();
  });

  it('has a namespace that admits restricted pods only, and dies with the host', () => {
    const { inputs, options, provider } = engine.named('cluster-namespace');
    const { name, labels } = inputs.metadata as { name: string; labels: Record<string, string> };
    assert.equal(name, 'shop-2');
    assert.equal(labels['pod-security.kubernetes.io/enforce'], 'restricted');
    assert.equal(options.deletedWith, 'cluster-kubernetes');
    assert.match(provider ?? '', /::cluster-kubernetes::/);
  });

  it('takes over what a killed update left behind, and keeps the kubeconfig secret', () => {
    const { inputs, secrets } = engine.named('cluster-kubernetes');
    assert.deepEqual(secrets, ['kubeconfig']);
    assert.equal(inputs.upsertExistingObjects, 'true');
    assert.equal(inputs.enablePatchForce, 'true');
  });

  it('is another cluster on another host only, and answers when the host does', () => {
    const { inputs, options } = engine.named('cluster-kubernetes');
    assert.equal(inputs.clusterIdentifier, 'host-id');
    assert.ok(options.dependsOn.includes('ready'));
  });

  it('gives pods the login of a private registry, as docker login writes it', () => {
    const { inputs, secrets, options } = engine.named('pull-secret');
    assert.deepEqual(secrets, ['stringData']);
    const { '.dockerconfigjson': text } = inputs.stringData as Record<string, string>;
    const { auths } = JSON.parse(text ?? '') as { auths: Record<string, { auth: string }> };
    // Docker Hub's login has a name of its own.
    assert.deepEqual(Object.keys(auths), ['https://index.docker.io/v1/']);
    assert.equal(atob(auths['https://index.docker.io/v1/']?.auth ?? ''), 'me:hunter2');
    assert.equal(inputs.type, 'kubernetes.io/dockerconfigjson');
    assert.equal(options.deletedWith, 'cluster-namespace');
  });
});
