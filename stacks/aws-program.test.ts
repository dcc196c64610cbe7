import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, it } from 'node:test';
import * as pulumi from '@pulumi/pulumi';
import { namePrefix, serverName } from '../scenario/config/aws-names';
import { AWS_ACCOUNT, AWS_ANSWERS } from '../test/mocks/aws';
import {
  mockEngine,
  settled,
  SHOP_ANSWERS,
  testDigest,
  type MockedAnswers,
  type MockedEngine,
} from '../test/mocks/engine';
import { closedPort, withDocker, withoutDocker } from '../test/mocks/servers';
import program from './index';
import type { PastHost } from './past-host';

const BASE = {
  operatorCidrs: '["198.51.100.7/32"]',
  callerCheck: 'false',
  region: 'eu-central-1',
};

/** Without the operators' addresses of BASE. */
const SSM = { hostAccess: 'ssm', operatorCidrs: '' };

const PAST: Omit<PastHost, 'loginEnds' | 'apiServer'> = {
  instanceId: 'host-server-id',
  account: AWS_ACCOUNT,
  region: 'eu-central-1',
  generation: 'first',
  renewal: 'first',
  release: 'of another program',
  hostState: 'running',
  instanceType: 't4g.xlarge',
  volumeSize: 40,
  agents: 0,
  spot: false,
  zone: 'eu-central-1a',
  subnetId: null,
};

/** As K3s writes it; one without a certificate lets nobody in, and asks for no renewal. */
function kubeconfigWith(certificate: string | undefined, server = 'https://203.0.113.10:6443'): string {
  const data = certificate === undefined ? {} : { 'client-certificate-data': btoa(certificate) };
  return JSON.stringify({
    'current-context': 'default',
    contexts: [{ name: 'default', context: { cluster: 'default', user: 'default' } }],
    clusters: [{ name: 'default', cluster: { server } }],
    users: [{ name: 'default', user: data }],
  });
}

/** A certificate that ends in so many days. */
function certificateFor(days: number): string {
  const key = ['-newkey', 'ed25519', '-nodes', '-keyout', '/dev/null'];
  return execFileSync('openssl', ['req', '-x509', ...key, '-subj', '/CN=admin', '-days', String(days)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

type Outputs = Readonly<Record<string, unknown>>;

interface Situation {
  /** The stack's own keys, as `pulumi config set` leaves them. */
  config?: Readonly<Record<string, string>>;
  preview?: boolean;
  parked?: boolean;
  /** The outputs of the update before. */
  past?: typeof PAST;
  /** Of the kubeconfig that it left. */
  certificate?: string;
  /** Where its Kubernetes API is. */
  apiServer?: string;
  /** The config of the release that it left. */
  lastConfig?: Readonly<Record<string, string>>;
  /** The services' image that it left, by digest. */
  lastImage?: string;
  /** Whether an engine answers. */
  docker?: boolean;
  /** States in which AWS has that update's instance. */
  instanceStates?: readonly string[];
  functions?: MockedAnswers['functions'];
}

/** Runs the whole program with `target: aws`. */
async function run(situation: Situation = {}): Promise<{ engine: MockedEngine; outputs: Outputs }> {
  const {
    config = {},
    preview = false,
    parked = false,
    past,
    certificate,
    apiServer,
    lastConfig = {},
    lastImage = '',
    docker = true,
    instanceStates = ['running'],
    functions = {},
  } = situation;
  const engine = mockEngine(
    {
      resources: {
        ...SHOP_ANSWERS.resources,
        ...AWS_ANSWERS.resources,
        'pulumi:pulumi:StackReference': () => ({
          outputs: past
            ? {
                host: past,
                kubeconfig: kubeconfigWith(certificate, apiServer),
                namespace: 'ecommerce-demo',
                releases: { current: { image: lastImage, config: lastConfig } },
              }
            : {},
          secretOutputNames: ['kubeconfig'],
        }),
      },
      functions: {
        ...AWS_ANSWERS.functions,
        'aws:ec2/getInstances:getInstances': ({ instanceStateNames }) => ({
          ids: (instanceStateNames as string[]).some((state) => instanceStates.includes(state))
            ? [past?.instanceId ?? '']
            : [],
        }),
        ...functions,
      },
    },
    { preview },
  );
  pulumi.runtime.setAllConfig(
    Object.fromEntries(
      Object.entries({ ...BASE, ...config })
        .filter(([, value]) => value !== '')
        .map(([key, value]) => [key.includes(':') ? key : `ecommerce-demo:${key}`, value]),
    ),
  );
  const outputs = await (docker ? withDocker : withoutDocker)(parked ? inStack : program);
  await engine.idle();
  return { engine, outputs };
}

/** Runs the program below Pulumi's own stack resource, which what parking does hangs on. */
async function inStack(): Promise<Outputs> {
  let outputs: Outputs = {};
  await pulumi.runtime.runInPulumiStack(async () => {
    outputs = await program();
    return outputs;
  });
  return outputs;
}

/** The message of the RunError with which the program refuses; nothing of AWS's may be made before. */
async function refusal(situation: Situation): Promise<string> {
  const made: string[] = [];
  try {
    const { engine } = await run(situation);
    made.push(...engine.created.map(({ type }) => type));
  } catch (error) {
    assert.ok(pulumi.RunError.isInstance(error), String(error));
    return error.message;
  }
  assert.fail(`the program went on: ${made.join()}`);
}

/** One line for each resource, sorted: what it hangs on and what replaces it. */
function graphOf({ created }: MockedEngine): string {
  const lines = created
    .filter(({ type }) => !type.startsWith('pulumi:pulumi:'))
    .map(({ type, name, provider, options }) => {
      const facts = [
        options.parent && !options.parent.includes('ecommerce-demo-test') ? `in ${options.parent}` : '',
        provider ? `by ${provider.split('::').at(-2) ?? ''}` : '',
        options.deletedWith ? `dies with ${options.deletedWith}` : '',
        options.retainOnDelete ? 'retained' : '',
        options.deleteBeforeReplace ? 'deleted before replaced' : '',
        options.replacementTrigger ? `replaced by ${options.replacementTrigger}` : '',
        options.ignoreChanges.length > 0 ? `keeps ${options.ignoreChanges.join(' ')}` : '',
        options.dependsOn.length > 0 ? `after ${[...options.dependsOn].sort().join(' ')}` : '',
      ];
      return [`${name} (${type})`, ...facts.filter((fact) => fact !== '').map((fact) => `  ${fact}`)].join(
        '\n',
      );
    });
  return `${[...new Set(lines)].sort().join('\n')}\n`;
}

/** What a preview knows of a graph: neither what will replace a resource, nor all that its inputs will come from. */
function foreseen(graph: string): string {
  return graph.replaceAll(/^ {2}after .*\n/gm, '').replaceAll(/^ {2}replaced by .*$/gm, '  replaced');
}

/** Holds a graph against its snapshot, which UPDATE_SNAPSHOTS=1 writes anew from the update. */
function assertSnapshot(name: string, engine: MockedEngine, preview: boolean): void {
  // The tests run in the project's folder (test/run.mjs).
  const file = path.join('stacks', 'snapshots', `${name}.txt`);
  const graph = graphOf(engine);
  if (process.env.UPDATE_SNAPSHOTS && !preview) writeFileSync(file, graph);
  const snapshot = readFileSync(file, 'utf8');
  const message = 'UPDATE_SNAPSHOTS=1 writes a new one';
  if (preview) assert.equal(foreseen(graph), foreseen(snapshot), message);
  else assert.equal(graph, snapshot, message);
}

afterEach(() => {
  pulumi.runtime.setAllConfig({});
});

describe('the whole program on AWS', () => {
  for (const preview of [false, true]) {
    const what = preview ? 'preview' : 'update';
    it(`from nothing, ${what}`, async () => {
      const { engine } = await run({ preview });
      assertSnapshot('aws-running', engine, preview);
    });

    it(`with agents in a given subnet, of an image that is there, ${what}`, async () => {
      const { engine } = await run({
        preview,
        config: {
          vpcId: 'vpc-0a1',
          subnetId: 'subnet-0b2',
          agents: '2',
          images: JSON.stringify({ services: `registry.example/shop@${testDigest('services')}` }),
        },
      });
      assertSnapshot('aws-agents', engine, preview);
      assert.deepEqual(engine.all('docker:index/image:Image'), [], 'no Docker is needed');
      assert.deepEqual(engine.all('aws:ecr/repository:Repository'), []);
    });

    it(`parked, ${what}`, async () => {
      const { engine } = await run({ preview, parked: true, past: PAST, config: { hostState: 'stopped' } });
      assertSnapshot('aws-parked', engine, preview);
    });
  }

  it('parks hosts and starts them without a Docker engine: the last image stays', async () => {
    const lastImage = `registry.example/shop@${testDigest('services')}`;
    const without = { docker: false, lastImage };
    const parking = { ...without, parked: true, past: PAST, config: { hostState: 'stopped' } };
    const parkedHost = { ...PAST, hostState: 'stopped' as const };
    const starting = { ...without, past: parkedHost, instanceStates: ['stopped'] };
    for (const situation of [parking, starting]) {
      const { engine } = await run(situation);
      assert.deepEqual(engine.all('docker:index/image:Image'), []);
      assert.equal(engine.all('aws:ecr/repository:Repository').length, 1, 'where that image lies');
      const { spec } = engine.named('cart-deployment').inputs as {
        spec: { template: { spec: { containers: { image: string }[] } } };
      };
      assert.equal(spec.template.spec.containers[0]?.image, lastImage);
      assert.match(
        engine.said.join(),
        /No Docker engine answers .*the hosts keep the last one, registry\.example/,
      );
    }
    assert.match(await refusal({ ...without, past: PAST }), /No Docker engine answers/);
  });

  it('keeps its hosts when the image comes from elsewhere', async () => {
    const userData = async (config: Record<string, string>) =>
      (await run({ config })).engine.named('host-server').inputs.userData;
    const elsewhere = JSON.stringify({ services: `registry.example/shop@${testDigest('services')}` });
    assert.equal(await userData({ images: elsewhere }), await userData({}));
  });

  it('by Systems Manager opens no port to anybody, and asks at forwarded ones', async () => {
    const { engine, outputs } = await run({
      config: { ...SSM, 'aws:profile': 'demo' },
    });
    const rules = engine.all('aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule');
    assert.deepEqual(
      rules.map(({ name }) => name),
      ['host-from-hosts'],
    );
    const environment = { AWS_REGION: 'eu-central-1', AWS_PROFILE: 'demo', HOST_INSTANCE: 'host-server-id' };
    const inputs = (name: string) => engine.named(name).inputs;
    assert.deepEqual(inputs('host-kubeconfig').environment, environment);
    assert.match(String(inputs('host-kubeconfig').stdin), /\/etc\/rancher\/k3s\/k3s\.yaml/);
    assert.deepEqual(inputs('host-ready').environment, {
      ...environment,
      HOST_TUNNEL: '6443',
      HOST_STACK: 'test',
    });
    assert.match(String(inputs('cluster-kubernetes').kubeconfig), /server: https:\/\/127\.0\.0\.1:6443/);
    assert.equal(await settled(pulumi.output(outputs.shopUrl)), 'http://127.0.0.1:30018');
    const { Name } = inputs('host-server').tags as { Name: string };
    assert.equal(Name, serverName(namePrefix(pulumi.getProject(), 'test')), 'by which the tunnel finds it');
    assert.equal(outputs.tunnel, 'npm run tunnel -- --stack test');
    assert.equal(outputs.login, undefined);
  });

  it('is made by one provider of AWS', async () => {
    const { engine } = await run({ config: { agents: '1' } });
    assert.equal(engine.only('pulumi:providers:aws').name, 'aws');
    const used = engine.created
      .filter(({ type }) => type.startsWith('aws:'))
      .map(({ provider }) => provider?.split('::').at(-2));
    assert.deepEqual([...new Set(used)], ['aws']);
  });

  it('has no output that is empty, and those that config gives', async () => {
    const { outputs } = await run();
    const empty = Object.entries(outputs).filter(
      ([, value]) => value === null || value === undefined || ['{}', '[]'].includes(JSON.stringify(value)),
    );
    assert.deepEqual(empty, [], 'the engine warns of each in every update');
    const links = await run({ config: { links: '{"trace":"https://vendor.example/{traceId}"}' } });
    assert.deepEqual(links.outputs.links, { trace: 'https://vendor.example/{traceId}' });
  });

  it('puts what it says about the host into the outputs that the next update reads', async () => {
    const { outputs } = await run({ past: { ...PAST, generation: 'after i-0' } });
    const host = await settled(pulumi.output(outputs.host));
    const { release, ...rest } = host as Record<string, unknown>;
    assert.match(String(release), /^v1\.\d+\.\d+\+k3s1 arm64 [0-9a-f]{12}$/);
    assert.deepEqual(rest, {
      account: '123456789012',
      region: 'eu-central-1',
      address: '203.0.113.10',
      instanceId: 'host-server-id',
      hostState: 'running',
      generation: 'after i-0',
      renewal: 'first',
      instanceType: 't4g.xlarge',
      volumeSize: 40,
      agents: 0,
      spot: false,
      zone: 'eu-central-1a',
      subnetId: null,
    });
  });

  it('tells where it works first, and what an update does to the data', async () => {
    const { engine } = await run({ past: PAST });
    assert.match(
      engine.said[0] ?? '',
      /^info: AWS account 123456789012 .*region eu-central-1 \(ecommerce-demo:region\)/,
    );
    assert.match(engine.said[1] ?? '', /^warning: This update makes a new host \(of another program → /);
  });

  it('tells that another namespace is another database, unless it is parked and waits', async () => {
    const said = async (situation: Situation) =>
      (await run({ past: PAST, ...situation })).engine.said.filter((line) => line.includes('namespace'));
    const config = { namespace: 'shop-2' };
    const [warning, ...more] = await said({ config });
    assert.match(
      warning ?? '',
      /^warning: .*\(namespace ecommerce-demo → shop-2\): the database is empty.*npm run backup/,
    );
    assert.deepEqual(more, []);
    assert.deepEqual(await said({}), []);
    const parked = { past: PAST, config: { ...config, hostState: 'stopped' }, parked: true };
    assert.deepEqual(await said(parked), []);
    assert.equal((await run(parked)).outputs.namespace, 'ecommerce-demo', 'where the shop still is');
  });

  it('fetches the kubeconfig anew in the last days of its login', async () => {
    const triggers = async (days: number) => {
      const { engine } = await run({ past: PAST, certificate: certificateFor(days) });
      return engine.named('host-kubeconfig').inputs.triggers as string[];
    };
    assert.deepEqual(await triggers(90), ['host-server-id', 'first']);
    assert.match((await triggers(30))[1] ?? '', /^of the login until 2\d{3}-/);
  });

  it('replaces a host that is gone, and says so', async () => {
    const { engine } = await run({ past: PAST, instanceStates: [] });
    assert.match(engine.said.join('\n'), /warning: The host host-server-id is gone/);
    assert.equal(engine.named('host-server').options.replacementTrigger, '"after host-server-id"');
  });

  it('asks whether a host that stays answers, unless this update may open it', async () => {
    const { outputs } = await run();
    const host = await settled(pulumi.output(outputs.host));
    const { release } = host as { release: string };
    const apiServer = `https://127.0.0.1:${String(await closedPort())}`;
    const silent = {
      past: { ...PAST, release },
      apiServer,
      lastConfig: { operatorCidrs: BASE.operatorCidrs },
    };
    assert.match(await refusal(silent), /^The host host-server-id runs, as AWS says, and does not answer/);
    const others = { lastConfig: { operatorCidrs: '["192.0.2.1/32"]' } };
    const anew = { past: { ...PAST, release: 'of another program' } };
    for (const change of [others, anew, { config: { instanceType: 't4g.2xlarge' } }])
      await run({ ...silent, ...change });
  });

  it('asks no cluster whose hosts are parked, nor in the preview of their start', async () => {
    const kubeconfigOf = async (situation: Situation): Promise<unknown> =>
      (await run(situation)).engine.named('cluster-kubernetes').inputs.kubeconfig;
    const parked = { ...PAST, hostState: 'stopped' as const };
    const stopped = { hostState: 'stopped' };
    const nobody = /^\{[^]*the hosts are parked/;
    assert.match(String(await kubeconfigOf({ parked: true, past: PAST, config: stopped })), nobody);
    assert.match(
      String(await kubeconfigOf({ preview: true, past: parked, instanceStates: ['stopped'] })),
      nobody,
    );
    assert.match(
      String(await kubeconfigOf({ past: parked, instanceStates: ['stopped'] })),
      /203\.0\.113\.10/,
    );
  });

  it('makes no other host of a parked one, whatever config says of spot', async () => {
    const trigger = async (config: Record<string, string>) =>
      (await run({ parked: true, past: PAST, config: { hostState: 'stopped', ...config } })).engine.named(
        'host-server',
      ).options.replacementTrigger;
    assert.equal(await trigger({ spot: 'true' }), await trigger({}));
  });

  it('parks nothing of which the cluster would have to be asked', async () => {
    const { engine } = await run({ parked: true, past: PAST, config: { hostState: 'stopped' } });
    assert.deepEqual(
      engine.created.filter(({ name }) => name.startsWith('follow-up')),
      [],
    );
  });

  it('takes the image of the processor, and stays in its zone when AWS offers the type elsewhere first', async () => {
    const image = async (instanceType: string) =>
      (await run({ config: { instanceType } })).engine.named('host-server').inputs.ami;
    assert.match(String(await image('t4g.xlarge')), /current\/arm64\/hvm/);
    assert.match(String(await image('m7i.xlarge')), /current\/amd64\/hvm/);
    const { engine } = await run({ past: { ...PAST, zone: 'eu-central-1b' } });
    assert.equal(engine.named('host-subnet').inputs.availabilityZone, 'eu-central-1b');
  });

  it('keeps stores on the server, whose disk has their volumes', async () => {
    const { engine } = await run();
    for (const name of ['postgresql-server', 'redis-server']) {
      const { spec } = engine.named(name).inputs as {
        spec: { template: { spec: { nodeSelector: object } } };
      };
      assert.deepEqual(spec.template.spec.nodeSelector, { 'node-role.kubernetes.io/control-plane': 'true' });
    }
  });
});

describe('what the program on AWS refuses before anything is made', () => {
  const DIGEST = `x@${testDigest('x')}`;
  const cases: readonly (readonly [name: string, situation: Situation, expected: RegExp])[] = [
    [
      'regions that disagree',
      { config: { 'aws:region': 'us-east-1' } },
      /region = "eu-central-1" and aws:region = "us-east-1"/,
    ],
    [
      'to park what is not there',
      { config: { hostState: 'stopped' } },
      /hostState = "stopped": there is no host yet/,
    ],
    [
      'to park what is gone',
      { past: PAST, instanceStates: [], config: { hostState: 'stopped' } },
      /nothing to park/,
    ],
    ['a smaller volume', { past: { ...PAST, volumeSize: 60 } }, /volumeSize = 40: the volume has 60 GiB/],
    [
      'a zone without the type',
      { config: { availabilityZone: 'eu-central-1c' } },
      /availabilityZone = "eu-central-1c": .*eu-central-1a, eu-central-1b only/,
    ],
    [
      'a zone of another region',
      { config: { availabilityZone: 'us-east-1a' } },
      /availabilityZone = "us-east-1a": is no zone of `region` eu-central-1/,
    ],
    [
      'a type that the region lacks',
      {
        functions: { 'aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings': () => ({ locations: [] }) },
      },
      /instanceType = "t4g\.xlarge": is not offered in eu-central-1/,
    ],
    [
      'to look for its host in another region',
      { past: { ...PAST, region: 'eu-west-1' } },
      /ecommerce-demo:region = "eu-central-1": this stack's host host-server-id is in eu-west-1.*config set region eu-west-1/,
    ],
    [
      'to look for its host in another account',
      { past: { ...PAST, account: '999999999999' } },
      /host-server-id is in the AWS account 999999999999, and the login is one of 123456789012: .*aws:profile/,
    ],
    [
      'a type that the zone of the hosts lacks, which would stop them for good',
      { past: { ...PAST, zone: 'eu-central-1c' }, config: { instanceType: 'm7g.large' } },
      /instanceType = "m7g\.large": the hosts are in eu-central-1c, .*eu-central-1a, eu-central-1b only: .*config set availabilityZone eu-central-1a/,
    ],
    [
      'a type that the zone of the subnet lacks',
      {
        config: { vpcId: 'vpc-0a1', subnetId: 'subnet-0b2' },
        functions: {
          'aws:ec2/getSubnet:getSubnet': () => ({ vpcId: 'vpc-0a1', availabilityZone: 'eu-central-1c' }),
        },
      },
      /instanceType = "t4g\.xlarge": "subnet-0b2" is in eu-central-1c, and the type is offered in eu-central-1a, eu-central-1b only/,
    ],
    [
      'an image that the login may not look up',
      {
        functions: {
          'aws:ssm/getParameter:getParameter': () => {
            throw new Error('api error AccessDeniedException: not authorized to perform: ssm:GetParameter');
          },
        },
      },
      /which image of Ubuntu there is in eu-central-1 .*AccessDeniedException.*ssm:GetParameter/,
    ],
    ['a state that there is not', { config: { hostState: 'stoped' } }, /hostState = "stoped": .*`stopped`/],
    ['fewer agents than none', { config: { agents: '-1' } }, /agents = "-1": .*whole number from 0 to 20/],
    [
      'a release that is none of K3s',
      { config: { k3sVersion: '1.34' } },
      /k3sVersion = "1\.34": .*`v1\.\d+\.\d+\+k3s\d`/,
    ],
    [
      'a profile that is an ARN',
      { config: { instanceProfile: 'arn:aws:iam::1:instance-profile/x' } },
      /instanceProfile = "arn:aws.*the name of an instance profile/,
    ],
    [
      'a subnet of another VPC',
      { config: { vpcId: 'vpc-0ff', subnetId: 'subnet-0b2' } },
      /subnetId: "subnet-0b2" is in the VPC vpc-0a1, and vpcId says "vpc-0ff"/,
    ],
    [
      'a subnet that does not exist',
      {
        config: { vpcId: 'vpc-0a1', subnetId: 'subnet-0b2' },
        functions: {
          'aws:ec2/getSubnet:getSubnet': () => {
            throw new Error('api error InvalidSubnetID.NotFound: The subnet ID does not exist');
          },
        },
      },
      /subnetId = "subnet-0b2": AWS does not show it in eu-central-1: InvalidSubnetID\.NotFound/,
    ],
    [
      'credits of a type that has none',
      { config: { instanceType: 'm7g.large', cpuCredits: 'standard' } },
      /cpuCredits = "standard": is for T types only/,
    ],
    ['IPv6 alone', { config: { operatorCidrs: '["2001:db8::/48"]' } }, /operatorCidrs.*IPv6 blocks only/],
    [
      'more operators than a group carries',
      {
        config: {
          operatorCidrs: JSON.stringify(Array.from({ length: 12 }, (_, i) => `203.0.113.${String(i)}/32`)),
        },
      },
      /operatorCidrs.*12 blocks of IPv4, and a security group carries 11/,
    ],
    [
      'a zone beside a subnet',
      { config: { vpcId: 'vpc-0a1', subnetId: 'subnet-0b2', availabilityZone: 'eu-central-1a' } },
      /availabilityZone.*`subnetId` names one/,
    ],
    [
      'an image of ours by tag',
      { config: { images: '{"services":"registry.example/shop:1"}' } },
      /images\.services.*by digest/,
    ],
    [
      'operators where nobody comes in',
      { config: { hostAccess: 'ssm' } },
      /operatorCidrs.*belongs to `hostAccess: ssh`/,
    ],
    [
      'a role that the AWS CLI does not know',
      { config: { ...SSM, 'aws:assumeRoles': '[{"roleArn":"arn:aws:iam::1:role/x"}]' } },
      /hostAccess = "ssm": .*profile/,
    ],
    ['a registry of its own', { config: { imageRegistry: DIGEST } }, /imageRegistry/],
  ];
  for (const [name, situation, expected] of cases) {
    it(name, async () => {
      assert.match(await refusal(situation), expected);
    });
  }

  it('and takes blocks as they come', async () => {
    const { engine } = await run({
      config: { operatorCidrs: '["203.0.113.7/24","203.0.113.9/24","2001:DB8:0:0::1/48"]' },
    });
    const blocks = engine
      .all('aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule')
      .filter(({ inputs }) => inputs.fromPort === 22)
      .map(({ inputs }) => inputs.cidrIpv4 ?? inputs.cidrIpv6);
    assert.deepEqual(blocks.sort(), ['2001:db8::/48', '203.0.113.0/24']);
  });
});
