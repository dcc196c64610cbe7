import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as pulumi from '@pulumi/pulumi';
import { mockEngine, settled } from '../../test/mocks/engine';
import { IMAGES_KEPT, Registry } from './registry';

const URL = '123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop-test-images';

describe('Registry', () => {
  it('is a scanned, encrypted repository with a lifecycle and a login', async () => {
    const engine = mockEngine({
      resources: {
        'aws:ecr/repository:Repository': ({ name }) => ({
          name,
          repositoryUrl: URL,
          registryId: '123456789012',
        }),
      },
      functions: {
        'aws:ecr/getAuthorizationToken:getAuthorizationToken': ({ registryId }) => ({
          proxyEndpoint: `https://${String(registryId)}.dkr.ecr.eu-central-1.amazonaws.com`,
          userName: 'AWS',
          password: 'token',
        }),
      },
    });
    const registry = new Registry('registry', { prefix: 'shop-test', tags: { stack: 'test' } });
    const outputs = {
      url: await settled(registry.repositoryUrl),
      credentials: await settled(registry.credentials),
    };
    await engine.idle();

    assert.equal(outputs.url, URL);
    assert.deepEqual(outputs.credentials, {
      server: '123456789012.dkr.ecr.eu-central-1.amazonaws.com',
      username: 'AWS',
      password: 'token',
    });
    assert.equal(await pulumi.isSecret(registry.credentials), true);
    const repository = engine.only('aws:ecr/repository:Repository').inputs;
    assert.deepEqual(repository.imageScanningConfiguration, { scanOnPush: true });
    assert.deepEqual(repository.encryptionConfigurations, [{ encryptionType: 'AES256' }]);
    assert.equal(repository.forceDelete, true);
    assert.equal(repository.name, undefined);
    assert.equal(engine.only('aws:ecr/repository:Repository').name, 'shop-test-images');

    const lifecycle = engine.only('aws:ecr/lifecyclePolicy:LifecyclePolicy').inputs;
    assert.equal(lifecycle.repository, 'shop-test-images');
    const { rules } = JSON.parse(String(lifecycle.policy)) as {
      rules: { rulePriority: number; selection: { tagStatus: string; countNumber: number } }[];
    };
    assert.deepEqual(
      rules.map(({ rulePriority, selection }) => [rulePriority, selection.tagStatus, selection.countNumber]),
      [[1, 'any', IMAGES_KEPT]],
    );
  });
});
