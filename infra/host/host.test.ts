import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import * as pulumi from '@pulumi/pulumi';
import { AWS_ANSWERS, ELASTIC_IP, K3S_KUBECONFIG } from '../../test/mocks/aws';
import { mockEngine, settled, type MockedEngine } from '../../test/mocks/engine';
import { Host } from './host';
import { HOST_DEFAULTS } from '../../scenario/config/deployment';
import type { HostArgs } from './host-args';

const OPERATORS = ['198.51.100.7/32', '2001:db8::/48'];

const ARGS: HostArgs = {
  prefix: 'shop-test',
  region: 'eu-central-1',
  place: { kind: 'new', zone: 'eu-central-1a', fixed: false, zones: ['eu-central-1a', 'eu-central-1b'] },
  image: 'ami-1',
  generation: 'first',
  renewal: 'first',
  ...HOST_DEFAULTS,
  operatorCidrs: OPERATORS,
  nodePorts: { shop: 30018, console: 30020, postgres: 30432 },
  tags: { project: 'ecommerce-demo', stack: 'test' },
};

/** What AWS and the host would answer. */
function answers(): MockedEngine {
  return mockEngine({
    resources: {
      ...AWS_ANSWERS.resources,
      'random:index/randomPassword:RandomPassword': () => ({ result: 'agent-token' }),
    },
    functions: AWS_ANSWERS.functions,
  });
}

async function deploy(change: Partial<HostArgs> = {}) {
  const engine = answers();
  const host = new Host('host', { ...ARGS, ...change });
  const outputs = {
    kubeconfig: await settled(host.kubeconfig),
    publicIp: await settled(host.publicIp),
    privateKey: await settled(host.privateKey),
  };
  await engine.idle();
  return { engine, host, outputs };
}

describe('Host', () => {
  let engine: MockedEngine;
  let host: Host;
  let outputs: { kubeconfig: string; publicIp: string; privateKey: string };
  before(async () => {
    ({ engine, host, outputs } = await deploy());
  });

  it('gives the kubeconfig as seen from outside, as a secret, with address and platform', async () => {
    assert.equal(outputs.kubeconfig, K3S_KUBECONFIG.replace('127.0.0.1', ELASTIC_IP));
    assert.equal(outputs.publicIp, ELASTIC_IP);
    assert.equal(outputs.privateKey, 'private host-login-key\n');
    assert.equal(host.platform, 'linux/arm64');
    assert.equal(await pulumi.isSecret(host.kubeconfig), true);
    assert.equal(await pulumi.isSecret(host.privateKey), true);
  });

  it('creates just these resources', () => {
    const count: Record<string, number> = {};
    for (const { type } of engine.created) count[type] = (count[type] ?? 0) + 1;
    assert.deepEqual(count, {
      'ecommerce-demo:host:Host': 1,
      'aws:ec2/eip:Eip': 1,
      'aws:ec2/vpc:Vpc': 1,
      'aws:ec2/defaultSecurityGroup:DefaultSecurityGroup': 1,
      'aws:ec2/internetGateway:InternetGateway': 1,
      'aws:ec2/subnet:Subnet': 1,
      'aws:ec2/routeTable:RouteTable': 1,
      'aws:ec2/routeTableAssociation:RouteTableAssociation': 1,
      'aws:ec2/securityGroup:SecurityGroup': 1,
      'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule': 11,
      'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule': 1,
      'tls:index/privateKey:PrivateKey': 2,
      'random:index/randomPassword:RandomPassword': 1,
      'aws:ec2/keyPair:KeyPair': 1,
      'aws:iam/role:Role': 1,
      'aws:iam/rolePolicyAttachment:RolePolicyAttachment': 2,
      'aws:iam/instanceProfile:InstanceProfile': 1,
      'aws:ec2/networkInterface:NetworkInterface': 1,
      'aws:ec2/eipAssociation:EipAssociation': 1,
      'aws:ec2/instance:Instance': 1,
      'aws:ec2transitgateway/instanceState:InstanceState': 1,
      'command:remote:Command': 2,
    });
  });

  it('has no provider of its own, and names that say whose it is', () => {
    const aws = engine.created.filter(({ type }) => type.startsWith('aws:'));
    assert.ok(aws.length > 20);
    for (const { name, inputs } of aws) {
      const { tags } = inputs as { tags?: Record<string, string> };
      if (tags) assert.match(tags.Name ?? name, /^shop-test/);
    }
    for (const type of [
      'aws:ec2/securityGroup:SecurityGroup',
      'aws:ec2/keyPair:KeyPair',
      'aws:iam/role:Role',
      'aws:iam/instanceProfile:InstanceProfile',
    ])
      assert.match(engine.only(type).name, /^shop-test-/);
  });

  it('makes the subnet public, in a zone that has the instance type', () => {
    const subnet = engine.only('aws:ec2/subnet:Subnet');
    assert.equal(subnet.inputs.availabilityZone, 'eu-central-1a');
    assert.equal(subnet.inputs.vpcId, engine.only('aws:ec2/vpc:Vpc').id);
    const table = engine.only('aws:ec2/routeTable:RouteTable');
    assert.deepEqual(table.inputs.routes, [
      { cidrBlock: '0.0.0.0/0', gatewayId: engine.only('aws:ec2/internetGateway:InternetGateway').id },
    ]);
    const association = engine.only('aws:ec2/routeTableAssociation:RouteTableAssociation').inputs;
    assert.deepEqual(association, { subnetId: subnet.id, routeTableId: table.id });
    const group = engine.only('aws:ec2/defaultSecurityGroup:DefaultSecurityGroup').inputs;
    assert.deepEqual([group.ingress, group.egress], [[], []]);
  });

  it('opens the five ports to the operators, all to itself, and nothing else', () => {
    const group = engine.only('aws:ec2/securityGroup:SecurityGroup');
    assert.equal(group.inputs.ingress, undefined);
    const rules = engine.all('aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule');
    assert.ok(rules.every(({ inputs }) => inputs.securityGroupId === group.id));
    const opened = rules.map(({ inputs }) =>
      inputs.ipProtocol === '-1'
        ? `all from ${String(inputs.referencedSecurityGroupId)}`
        : `${String(inputs.ipProtocol)} ${String(inputs.fromPort)}-${String(inputs.toPort)} from ${String(inputs.cidrIpv4 ?? inputs.cidrIpv6)}`,
    );
    const expected = OPERATORS.flatMap((cidr) =>
      [22, 6443, 30018, 30020, 30432].map((port) => `tcp ${port}-${port} from ${cidr}`),
    );
    assert.deepEqual(opened.sort(), [...expected, `all from ${group.id}`].sort());
    for (const { inputs } of rules) {
      for (const [cidr, isV6] of [
        [inputs.cidrIpv4, false],
        [inputs.cidrIpv6, true],
      ] as const) {
        assert.ok(cidr === undefined || (typeof cidr === 'string' && cidr.includes(':') === isV6));
      }
    }
    assert.deepEqual(
      engine.only('aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule').inputs.cidrIpv4,
      '0.0.0.0/0',
    );
  });

  it('lets the hosts read images and be managed, no more', () => {
    const role = engine.only('aws:iam/role:Role');
    const document = JSON.parse(String(role.inputs.assumeRolePolicy)) as { Statement: object[] };
    assert.deepEqual(document.Statement, [
      { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'ec2.amazonaws.com' } },
    ]);
    assert.deepEqual(
      engine
        .all('aws:iam/rolePolicyAttachment:RolePolicyAttachment')
        .map(({ inputs }) => inputs.policyArn)
        .sort(),
      [
        'arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly',
        'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore',
      ],
    );
    assert.equal(engine.only('aws:iam/instanceProfile:InstanceProfile').inputs.role, 'shop-test-role');
  });

  it('has the Elastic IP on the interface before the host boots', () => {
    const networkInterface = engine.only('aws:ec2/networkInterface:NetworkInterface');
    assert.deepEqual(networkInterface.inputs.securityGroups, [
      engine.only('aws:ec2/securityGroup:SecurityGroup').id,
    ]);
    assert.equal(engine.only('aws:ec2/eip:Eip').inputs.domain, 'vpc');
    assert.deepEqual(engine.only('aws:ec2/eipAssociation:EipAssociation').inputs, {
      allocationId: 'eipalloc-1',
      networkInterfaceId: networkInterface.id,
      allowReassociation: true,
    });
    const instance = engine.only('aws:ec2/instance:Instance');
    assert.deepEqual(instance.inputs.primaryNetworkInterface, { networkInterfaceId: networkInterface.id });
    assert.ok(
      engine.position('aws:ec2/eipAssociation:EipAssociation') < engine.position('aws:ec2/instance:Instance'),
    );
    assert.ok(
      engine.position('aws:ec2/routeTableAssociation:RouteTableAssociation') <
        engine.position('aws:ec2/instance:Instance'),
    );
  });

  it('makes the host as it should be', () => {
    const { inputs, name } = engine.only('aws:ec2/instance:Instance');
    assert.equal(name, 'host-server');
    assert.equal(inputs.instanceType, 't4g.xlarge');
    assert.equal(inputs.ami, 'ami-1');
    assert.deepEqual(inputs.metadataOptions, {
      httpEndpoint: 'enabled',
      httpTokens: 'required',
      httpPutResponseHopLimit: 1,
    });
    assert.deepEqual(inputs.rootBlockDevice, {
      volumeType: 'gp3',
      volumeSize: 40,
      encrypted: true,
      deleteOnTermination: true,
      tags: { Name: 'shop-test-host-server', ...ARGS.tags },
    });
    assert.equal(inputs.iamInstanceProfile, 'shop-test-profile');
    assert.equal(inputs.keyName, 'shop-test-key-pair');
    assert.equal(inputs.userDataReplaceOnChange, true);
  });

  it('tells cloud-init the version, the address and the keys', () => {
    const { inputs, secrets } = engine.only('aws:ec2/instance:Instance');
    assert.deepEqual(secrets, ['userData']);
    const userData = String(inputs.userData);
    for (const text of [
      `- ${ELASTIC_IP}`,
      HOST_DEFAULTS.k3sVersion,
      'private host-host-key',
      'ssh-ed25519 host-host-key',
      'agent-token: agent-token',
    ]) {
      assert.ok(userData.includes(text), text);
    }
    assert.ok(
      !userData.includes('host-login-key'),
      "the operator's key comes by the key pair, its private half never",
    );
    assert.equal(engine.only('aws:ec2/keyPair:KeyPair').inputs.publicKey, 'ssh-ed25519 host-login-key');
  });

  it('brings the kubeconfig back over SSH, from that very host, without showing it', () => {
    const { inputs, secrets } = engine.named('host-kubeconfig');
    assert.ok(secrets.includes('connection'));
    assert.deepEqual(inputs.connection, {
      host: ELASTIC_IP,
      user: 'ubuntu',
      privateKey: 'private host-login-key\n',
      hostKey: 'ssh-ed25519 host-host-key',
      dialErrorLimit: 20,
      perDialTimeout: 10,
      port: 22,
    });
    assert.match(String(inputs.stdin), /cloud-init status --wait[^]*\/etc\/rancher\/k3s\/k3s\.yaml/);
    assert.equal(inputs.logging, 'none');
    assert.deepEqual(inputs.triggers, [engine.only('aws:ec2/instance:Instance').id, 'first']);
  });

  it('comes in only when it is let in, and replaces a server that was lost', () => {
    const server = engine.named('host-server');
    assert.equal(server.options.replacementTrigger, '"first"');
    assert.equal(server.options.deleteBeforeReplace, true);
    assert.ok(server.options.dependsOn.includes('host-out'), 'a booting host needs its way out');
    const openings = engine
      .all('aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule')
      .filter(({ inputs }) => inputs.fromPort === 22);
    for (const { name } of openings) {
      assert.ok(engine.named('host-kubeconfig').options.dependsOn.includes(name), name);
      assert.ok(engine.named('host-ready').options.dependsOn.includes(name), name);
    }
    assert.equal(engine.named('host-kubeconfig').options.deleteBeforeReplace, true);
  });

  it('runs the host, and then waits for its node', () => {
    const state = engine.only('aws:ec2transitgateway/instanceState:InstanceState');
    assert.deepEqual(state.inputs, {
      instanceId: engine.only('aws:ec2/instance:Instance').id,
      state: 'running',
    });
    assert.match(String(engine.named('host-ready').inputs.stdin), /-lt 1 \]/);
    assert.match(String(engine.named('host-ready').inputs.stdin), /wanted='10\.60\.0\.10'/);
    assert.ok(engine.created.indexOf(state) < engine.created.indexOf(engine.named('host-ready')));
  });
});

describe('Host with agents', () => {
  it('joins them through the server inside the VPC, and waits for all', async () => {
    const { engine } = await deploy({ agents: 2 });
    const instances = engine.all('aws:ec2/instance:Instance');
    assert.deepEqual(instances.map(({ name }) => name).sort(), [
      'host-agent-1',
      'host-agent-2',
      'host-server',
    ]);
    const server = engine.named('host-server');
    const agent = engine.named('host-agent-2').inputs;
    const userData = String(agent.userData);
    assert.ok(userData.includes('server: https://10.60.0.10:6443'));
    assert.ok(userData.includes('token: agent-token'));
    assert.ok(userData.includes(server.id));
    assert.ok(!userData.includes('host-host-key'), 'only the server has that key');
    assert.deepEqual(agent.vpcSecurityGroupIds, [engine.only('aws:ec2/securityGroup:SecurityGroup').id]);
    assert.equal(agent.subnetId, engine.only('aws:ec2/subnet:Subnet').id);
    assert.equal(agent.associatePublicIpAddress, true);
    assert.deepEqual(agent.metadataOptions, server.inputs.metadataOptions);
    assert.equal((agent.rootBlockDevice as { encrypted: boolean }).encrypted, true);
    assert.equal(engine.all('aws:ec2transitgateway/instanceState:InstanceState').length, 3);
    assert.match(String(engine.named('host-ready').inputs.stdin), /-lt 3 \]/);
  });
});

describe('Host that is stopped', () => {
  it('parks all hosts after the kubeconfig was fetched, and waits for no node', async () => {
    const { engine, outputs } = await deploy({ hostState: 'stopped', agents: 1 });
    const states = engine.all('aws:ec2transitgateway/instanceState:InstanceState');
    assert.deepEqual(
      states.map(({ inputs }) => inputs.state),
      ['stopped', 'stopped'],
    );
    assert.ok(
      states.every(
        (state) => engine.created.indexOf(state) > engine.created.indexOf(engine.named('host-kubeconfig')),
      ),
    );
    assert.equal(
      engine.created.some(({ name }) => name === 'host-ready'),
      false,
    );
    assert.ok(outputs.kubeconfig.includes(ELASTIC_IP));
  });
});

describe('Host in an existing subnet', () => {
  it('creates no network', async () => {
    const { engine } = await deploy({
      place: { kind: 'existing', vpcId: 'vpc-0a1', subnetId: 'subnet-0b2' },
    });
    assert.deepEqual(engine.all('aws:ec2/vpc:Vpc'), []);
    assert.deepEqual(engine.all('aws:ec2/subnet:Subnet'), []);
    assert.equal(engine.only('aws:ec2/securityGroup:SecurityGroup').inputs.vpcId, 'vpc-0a1');
    assert.equal(engine.only('aws:ec2/networkInterface:NetworkInterface').inputs.subnetId, 'subnet-0b2');
  });
});

describe('Host that is parked', () => {
  it('keeps what only a restart, or another host, would change', async () => {
    const parked = (await deploy({ hostState: 'stopped', agents: 1 })).engine;
    const kept = ['ami', 'instanceType', 'rootBlockDevice', 'userData', 'instanceMarketOptions'];
    assert.deepEqual(parked.named('host-server').options.ignoreChanges, kept);
    assert.deepEqual(parked.named('host-agent-1').options.ignoreChanges, [
      ...kept,
      'associatePublicIpAddress',
    ]);
    const running = (await deploy()).engine;
    assert.deepEqual(running.named('host-server').options.ignoreChanges, ['ami']);
  });
});

describe('Host as a company wants it', () => {
  it('bounds its role, or takes a profile that is there', async () => {
    const permissionsBoundary = 'arn:aws:iam::123456789012:policy/bounds';
    const bounded = (await deploy({ permissionsBoundary })).engine;
    assert.equal(bounded.only('aws:iam/role:Role').inputs.permissionsBoundary, permissionsBoundary);
    const { engine } = await deploy({ instanceProfile: 'theirs' });
    assert.deepEqual(engine.all('aws:iam/role:Role'), []);
    assert.deepEqual(engine.all('aws:iam/instanceProfile:InstanceProfile'), []);
    assert.equal(engine.named('host-server').inputs.iamInstanceProfile, 'theirs');
  });

  it('runs on spot capacity that can be parked, with the credits that config says', async () => {
    const { engine } = await deploy({ spot: true, cpuCredits: 'standard' });
    const { inputs } = engine.named('host-server');
    assert.deepEqual(inputs.instanceMarketOptions, {
      marketType: 'spot',
      spotOptions: { spotInstanceType: 'persistent', instanceInterruptionBehavior: 'stop' },
    });
    assert.deepEqual(inputs.creditSpecification, { cpuCredits: 'standard' });
  });

  it('is another host when spot ends: the provider keeps options of a market that config has no more', async () => {
    const triggerOf = async (spot: boolean) =>
      (await deploy({ spot })).engine.named('host-server').options.replacementTrigger;
    assert.notEqual(await triggerOf(true), await triggerOf(false));
  });

  it('lets a program have the last word on every host', async () => {
    const { engine } = await deploy({
      agents: 1,
      transform: (instance) => ({ ...instance, disableApiTermination: true }),
    });
    for (const { inputs } of engine.all('aws:ec2/instance:Instance'))
      assert.equal(inputs.disableApiTermination, true);
  });
});

describe('Host on another processor', () => {
  it('is another host, with another image, credential provider and platform', async () => {
    const { engine, host } = await deploy({ instanceType: 'm7i.xlarge' });
    assert.equal(host.platform, 'linux/amd64');
    const { inputs } = engine.named('host-server');
    assert.match(String(inputs.userData), /ecr-credential-provider-linux-amd64/);
  });
});

describe('Host with faults', () => {
  it('names all of them before any resource is made', () => {
    const engine = answers();
    assert.throws(
      () =>
        new Host('host', {
          ...ARGS,
          operatorCidrs: ['0.0.0.0/0'],
          k3sVersion: 'latest',
          instanceType: 'large',
          volumeSize: 5,
          agents: -1,
          nodePorts: { ...ARGS.nodePorts, shop: 80 },
        }),
      (error: Error) => {
        assert.ok(pulumi.RunError.isInstance(error));
        for (const text of [
          /^operatorCidrs\[0\] = "0\.0\.0\.0\/0": /m,
          /^k3sVersion = "latest": /m,
          /^instanceType = "large": /m,
          /^volumeSize = 5: /m,
          /^agents = -1: /m,
          /^nodePorts\.shop = 80: /m,
        ]) {
          assert.match(error.message, text);
        }
        return true;
      },
    );
    assert.deepEqual(engine.created, []);
  });
});
