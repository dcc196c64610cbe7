import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { parse } from 'yaml';
import { SERVICE_NAMES } from '../../services/catalog';
import { failed, ok, runCheck } from '../checks/check';
import { judgeImages, rollbackRelease } from './release';

const folder = mkdtempSync(path.join(tmpdir(), 'release-'));
const file = path.join(folder, 'Pulumi.dev.yaml');
after(() => {
  rmSync(folder, { recursive: true });
});

const image = (digit: string) => `r.example.com/shop@sha256:${digit.repeat(64)}`;
const RELEASES = {
  current: {
    image: image('2'),
    config: { namespace: 'shop', replicas: '{"cart":2}', images: '{"redis":"mirror/redis:8"}' },
  },
  previous: {
    image: image('1'),
    config: { namespace: 'shop', traffic: '{"scale":0.5}', images: '{"redis":"mirror/redis:7"}' },
  },
};
const STACK_FILE = `# mine
config:
  # in the outage, and it stays
  ecommerce-demo:demoMode: blackfriday
  ecommerce-demo:namespace: shop
  ecommerce-demo:replicas:
    cart: 2
  ecommerce-demo:images:
    redis: mirror/redis:8
  ecommerce-demo:coralogix:
    privateKey:
      secure: v1:abc
`;

let done: string[];
let lines: string[];
beforeEach(() => {
  done = [];
  lines = [];
  writeFileSync(file, STACK_FILE);
});

const roll = (releases: unknown, verified = ok('well')) =>
  rollbackRelease(
    { stack: 'dev', config: file },
    {
      output: { line: (text) => lines.push(text) },
      check: () => undefined,
      releases,
      updateStack: (message) => {
        done.push(message, readFileSync(file, 'utf8'));
        return Promise.resolve();
      },
      verification: () => [runCheck('release', () => Promise.resolve(verified))],
    },
  );

describe('rollback --release previous', () => {
  it('updates the stack with image and config of then; mode, secrets and comments stay', async () => {
    const result = await roll(RELEASES);
    const [message = '', deployed = ''] = done;
    assert.equal(message, `rollback to ${image('1')}`);
    assert.deepEqual((parse(deployed) as { config: unknown }).config, {
      'ecommerce-demo:demoMode': 'blackfriday',
      'ecommerce-demo:namespace': 'shop',
      'ecommerce-demo:images': { redis: 'mirror/redis:7', services: image('1') },
      'ecommerce-demo:coralogix': { privateKey: { secure: 'v1:abc' } },
      'ecommerce-demo:traffic': { scale: 0.5 },
    });
    assert.match(deployed, /^# mine\nconfig:\n {2}# in the outage, and it stays\n/);
    assert.equal(result.ok, true);
    assert.deepEqual(result.config, { replicas: null, traffic: '{"scale":0.5}' });
    assert.ok(lines.includes('  replicas: {"cart":2} → (unset)'), lines.join('\n'));
  });

  it('is not done when what is verified does not hold', async () => {
    assert.equal((await roll(RELEASES, failed('a pod runs another'))).ok, false);
    assert.match(lines.at(-1) ?? '', /^✗/);
  });

  it('is refused where there is none, with the way to an earlier one, and touches nothing', async () => {
    for (const releases of [null, { current: RELEASES.current }])
      await assert.rejects(roll(releases), /no release before the one that runs.*checkout of its commit/);
    assert.deepEqual(done, []);
    assert.equal(readFileSync(file, 'utf8'), STACK_FILE);
  });

  it('looks at every pod of a service, and at no store', () => {
    const pod = (workload: string, found: string) => ({
      workload,
      name: `${workload}-0`,
      ready: true,
      reason: null,
      restarts: 0,
      image: found,
      pid: null,
    });
    const pods = [
      ...SERVICE_NAMES.map((name) => pod(name, image('1'))),
      pod('redis', 'mirror/redis@sha256:9'),
    ];
    assert.equal(judgeImages(pods, image('1')).state, 'ok');
    const { state, figures } = judgeImages([...pods, pod('cart', image('2'))], image('1'));
    assert.deepEqual([state, figures], ['failed', `cart-0 runs ${image('2')}`]);
  });
});
