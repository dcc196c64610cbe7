import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { mockEngine, settled, SHOP_ANSWERS, testDigest, type MockedEngine } from '../../test/mocks/engine';
import { PinnedImages } from './pinned-image';
import { ServicesImage } from './services-image';

const LOGIN = { server: 'mirror.example', username: 'me', password: 'hunter2' };
const BY_DIGEST = `mirror.example/otel@${testDigest('collector')}`;

describe('images', () => {
  let engine: MockedEngine;
  let pinned: PinnedImages<'postgres' | 'redis' | 'collector'>;
  let image: ServicesImage;
  before(async () => {
    engine = mockEngine(SHOP_ANSWERS);
    pinned = new PinnedImages('images', {
      images: { postgres: 'postgres:18', redis: 'mirror.example/redis:7', collector: BY_DIGEST },
      credentials: LOGIN,
    });
    image = new ServicesImage('services', {
      repository: 'mirror.example/shop',
      tag: 'dev',
      baseImage: 'mirror.example/node:24',
      platform: 'linux/arm64',
      context: '..',
      registry: LOGIN,
    });
    await engine.idle();
  });

  it('of others are looked up by tag, and run by digest', async () => {
    assert.equal(await settled(pinned.references.postgres), `postgres:18@${testDigest('postgres:18')}`);
    assert.equal(engine.all('pulumi-nodejs:dynamic/images:TagPin').length, 2);
  });

  it('that are named by digest are asked nowhere', async () => {
    assert.equal(await settled(pinned.references.collector), BY_DIGEST);
  });

  it('show a login to its own registry only', () => {
    assert.equal(engine.named('images-postgres').inputs.login, null);
    const { inputs, secrets } = engine.named('images-redis');
    assert.deepEqual(inputs.login, { username: 'me', password: 'hunter2' });
    assert.deepEqual(secrets, ['login']);
  });

  it('of our own are built for the nodes, on bases of the config, and run by digest', async () => {
    const { inputs, secrets } = engine.only('docker:index/image:Image');
    const build = inputs.build as {
      platform: string;
      args: Record<string, string>;
      cacheFrom: { images: string[] };
    };
    assert.equal(inputs.imageName, 'mirror.example/shop:dev');
    assert.equal(build.platform, 'linux/arm64');
    assert.equal(build.args.BUILD_IMAGE, 'mirror.example/node:24');
    assert.equal(build.args.RUNTIME_IMAGE, 'mirror.example/node:24');
    // The builder's own: every dependency is plain JavaScript, nothing is emulated.
    assert.equal(build.args.BUILD_PLATFORM, process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64');
    assert.equal(build.args.BUILDKIT_INLINE_CACHE, '1');
    assert.deepEqual(build.cacheFrom.images, [inputs.imageName], 'of what was pushed last');
    assert.deepEqual(secrets, ['registry']);
    assert.equal(await settled(image.digest), `mirror.example/shop@${testDigest('services')}`);
  });
});
