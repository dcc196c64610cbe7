import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as pulumi from '@pulumi/pulumi';
import { AWS_ANSWERS } from '../test/mocks/aws';
import { mockEngine, type MockedEngine } from '../test/mocks/engine';
import { closedPort, withDocker } from '../test/mocks/servers';
import program from './index';

/** Everything a stack on an existing cluster needs. */
const ON_CLUSTER = { target: 'kubeconfig', imageRegistry: 'localhost:5000' };
const ON_AWS = { operatorCidrs: '["203.0.113.7/32"]' };

/** A key that is wrong, what is shown of its value, and the remedy. */
type Expected = readonly [key: string, shown: string, remedy: RegExp];

/** Ways to get a stack's config wrong, as `pulumi config set` leaves them, and all that is to be said of each. */
const WRONG: readonly [name: string, config: Record<string, string>, expected: readonly Expected[]][] = [
  [
    'a typo in a key',
    { ...ON_CLUSTER, demoMod: 'blackfriday' },
    [['demoMod', '"blackfriday"', /did you mean `demoMode`/]],
  ],
  [
    'a typo in a value',
    { ...ON_CLUSTER, demoMode: 'blackfryday' },
    [['demoMode', '"blackfryday"', /did you mean `blackfriday`/]],
  ],
  [
    'a pool without connections, and one that waits for nothing',
    { ...ON_CLUSTER, pool: '{"max":0,"acquireTimeoutMs":5}' },
    [
      ['pool.max', '0', /whole number from 1 to/],
      ['pool.acquireTimeoutMs', '5', /whole number from 100 to/],
    ],
  ],
  [
    'load balancers for nobody in particular',
    { ...ON_CLUSTER, postgresAccess: '{"type":"loadBalancer"}' },
    [['postgresAccess.sourceRanges', '(unset)', /is missing: who may reach .*checkip/]],
  ],
  [
    'load balancers for everybody',
    { ...ON_CLUSTER, postgresAccess: '{"type":"loadBalancer","sourceRanges":["0.0.0.0/0"]}' },
    [['postgresAccess.sourceRanges[0]', '"0.0.0.0/0"', /never 0\.0\.0\.0\/0/]],
  ],
  [
    'a host with scheme and port among those that are known',
    { ...ON_CLUSTER, knownHosts: '["https://shop.example.com:8443"]' },
    [['knownHosts[0]', '"https://shop.example.com:8443"', /without scheme and port/]],
  ],
  [
    'the host open to the Internet, whole and in halves',
    { operatorCidrs: '["0.0.0.0/0","128.0.0.0/1"]' },
    [
      ['operatorCidrs[0]', '"0.0.0.0/0"', /curl https:\/\/checkip\.amazonaws\.com/],
      ['operatorCidrs[1]', '"128.0.0.0/1"', /never 0\.0\.0\.0\/0/],
    ],
  ],
  [
    'rows, minutes and scale that cannot be',
    { ...ON_CLUSTER, catalogRows: '-1', minuteSeconds: '0', traffic: '{"scale":"much"}' },
    [
      ['catalogRows', '"-1"', /whole number from 50000/],
      ['minuteSeconds', '"0"', /from 1 to 3600/],
      ['traffic.scale', '"much"', /must be a number/],
    ],
  ],
  [
    'nobody who may reach the host, one half of a VPC, and no instance type',
    { vpcId: 'vpc-0abc', instanceType: 'large' },
    [
      ['operatorCidrs', '(unset)', /pulumi config set --path 'operatorCidrs\[0\]'/],
      ['subnetId', '(unset)', /`vpcId` and `subnetId` go together/],
      ['instanceType', '"large"', /e\.g\. `t4g\.xlarge`/],
    ],
  ],
  [
    'a cluster without a registry, with keys of AWS',
    { target: 'kubeconfig', region: 'eu-west-1', hostState: 'stopped' },
    [
      ['imageRegistry', '(unset)', /pulumi config set imageRegistry ghcr\.io\/me/],
      ['region', '"eu-west-1"', /pulumi config rm region/],
      ['hostState', '"stopped"', /belongs to `target: aws`/],
    ],
  ],
  [
    'ports that are none, or taken twice',
    { ...ON_CLUSTER, nodePorts: '{"shop":30020,"postgres":5432}' },
    [
      ['nodePorts.postgres', '5432', /a port from 30000 to 32767/],
      ['nodePorts.shop', '30020', /`nodePorts\.console` already/],
    ],
  ],
  [
    'secrets in the wrong place, which are not shown',
    { ...ON_AWS, imagePullSecret: '{"password":"hunter2"}', coralogix: '{"privateKey":"","key":"cxtp_1"}' },
    [
      ['imagePullSecret', '[secret]', /belongs to `target: kubeconfig`/],
      ['imagePullSecret.username', '(unset)', /user name and password go together/],
      ['coralogix.privateKey', '[secret]', /Send-Your-Data key/],
      ['coralogix.key', '[secret]', /allowed: domain, privateKey, spanMetrics/],
    ],
  ],
  [
    "a collector without the connectors that Coralogix' catalogs need",
    {
      ...ON_CLUSTER,
      coralogix: '{"privateKey":"cxtp_1"}',
      images: '{"collector":"mirror.example/otel/opentelemetry-collector:0.160.0"}',
    },
    [
      [
        'images.collector',
        '"mirror.example/otel/opentelemetry-collector:0.160.0"',
        /contrib.*pulumi config set --path coralogix\.spanMetrics false/,
      ],
    ],
  ],
  [
    'a curve that no cause can make',
    {
      ...ON_CLUSTER,
      demoMode: 'blackfriday',
      target: 'k8s',
      curve: '[{"minute":0,"rpm":100,"errorRate":0},{"minute":5,"rpm":100,"errorRate":1.5}]',
    },
    [
      ['curve[1].errorRate', '1.5', /0/],
      ['target', '"k8s"', /`aws` or `kubeconfig`/],
    ],
  ],
];

describe('wrong configs', () => {
  let engine: MockedEngine;
  before(() => {
    engine = mockEngine({});
  });
  after(() => {
    pulumi.runtime.setAllConfig({});
  });

  /** What `pulumi preview` says. */
  async function refusal(config: Record<string, string>): Promise<string> {
    pulumi.runtime.setAllConfig(
      Object.fromEntries(Object.entries(config).map(([key, value]) => [`ecommerce-demo:${key}`, value])),
    );
    try {
      await withDocker(program);
    } catch (error) {
      assert.ok(pulumi.RunError.isInstance(error), `no RunError, so with a stack trace: ${String(error)}`);
      return error.message;
    }
    return assert.fail('the config was accepted');
  }

  assert.equal(WRONG.length, 14);
  for (const [name, config, expected] of WRONG) {
    it(name, async () => {
      const message = await refusal(config);
      for (const [key, shown, remedy] of expected) {
        const start = `  ecommerce-demo:${key} = ${shown}: `;
        const line = message.split('\n').find((text) => text.startsWith(start));
        assert.match(line ?? `no line "${start}" in\n${message}`, remedy);
        assert.ok(line);
      }
      const count = expected.length === 1 ? 'one fault' : `${expected.length} faults`;
      assert.ok(message.startsWith(`The stack's config has ${count}; nothing was touched.`), message);
      await engine.idle();
      assert.deepEqual(engine.created, [], 'a resource was made');
    });
  }
});

describe('a stack that misses more than config', () => {
  after(() => {
    pulumi.runtime.setAllConfig({});
    mockEngine({});
  });

  /** What the program says where no Docker engine answers. */
  async function refusalWithoutDocker(): Promise<string> {
    const { DOCKER_HOST: before } = process.env;
    process.env.DOCKER_HOST = `tcp://127.0.0.1:${await closedPort()}`;
    try {
      await program();
    } catch (error) {
      assert.ok(pulumi.RunError.isInstance(error), String(error));
      return error.message;
    } finally {
      if (before === undefined) delete process.env.DOCKER_HOST;
      else process.env.DOCKER_HOST = before;
    }
    return assert.fail('it went on');
  }

  it('is reported all of it at once, by a preview of Pulumi.dev.yaml as it is', async () => {
    const engine = mockEngine(
      {
        functions: {
          'aws:index/getCallerIdentity:getCallerIdentity': () => {
            throw new Error('no EC2 IMDS role found');
          },
        },
      },
      { preview: true },
    );
    pulumi.runtime.setAllConfig({ 'ecommerce-demo:demoMode': 'normal' });
    const said = await refusalWithoutDocker();
    assert.match(
      said,
      /^3 things are missing; nothing was touched\.\n1\. .*one fault[^]*operatorCidrs = \(unset\): is missing/,
    );
    assert.match(said, /\n2\. AWS lets nobody in: [^]*\n3\. No Docker engine answers here/);
    assert.match(said, /npm run doctor -- --stack \S+ \(with --fix/);
    assert.deepEqual(
      engine.created.map(({ type }) => type),
      ['pulumi:providers:aws'],
    );
  });

  it('is refused for want of Docker alone, by a preview too: of that the provider asks it as well', async () => {
    mockEngine(AWS_ANSWERS, { preview: true });
    pulumi.runtime.setAllConfig({
      'ecommerce-demo:operatorCidrs': ON_AWS.operatorCidrs,
      'ecommerce-demo:callerCheck': 'false',
    });
    assert.match(
      await refusalWithoutDocker(),
      /^No Docker engine answers here.*pulumi config set --path images\.services NAME@sha256/,
    );
  });
});
