import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ResourceValidationArgs } from '@pulumi/policy';
import * as proxies from '@pulumi/policy/proxy';
import { POLICIES } from './policies';

/** What the engine wraps a resource's inputs in; its types are kept internal. */
const { unknownCheckingProxy } = proxies as unknown as {
  unknownCheckingProxy: (inputs: unknown) => unknown;
};

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

/** What all policies say about a resource, as `policy: violation`. */
function violations(type: string, props: Record<string, unknown>): string[] {
  const found: string[] = [];
  for (const { name, validateResource } of POLICIES) {
    assert.ok(typeof validateResource === 'function');
    // As the engine hands them over.
    const proxy = unknownCheckingProxy(props);
    const args = { type, props: proxy, urn: 'urn', name: 'x' } as unknown as ResourceValidationArgs;
    void validateResource(args, (message) => found.push(`${name}: ${message}`));
  }
  return found;
}

/** One violation, of that policy, whose message has that text. */
function refused(type: string, props: Record<string, unknown>, policy: string, text: RegExp): void {
  const found = violations(type, props);
  assert.equal(found.length, 1, found.join('\n'));
  assert.match(found[0] ?? '', new RegExp(`^${policy}: `));
  assert.match(found[0] ?? '', text);
}

const restrictedContainer = {
  name: 'main',
  image: `registry.example/shop@${DIGEST}`,
  ports: [{ containerPort: 8018 }],
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  },
};
const restrictedPod = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [restrictedContainer],
  volumes: [{ name: 'tmp', emptyDir: {} }],
};
const deployment = (pod: Record<string, unknown>) => ({ spec: { template: { spec: pod } } });
const DEPLOYMENT = 'kubernetes:apps/v1:Deployment';

describe('load-balancers-restricted', () => {
  const SERVICE = 'kubernetes:core/v1:Service';
  const balancer = (more: object) => ({ spec: { type: 'LoadBalancer', ...more } });

  it('refuses a load balancer that says nobody, or an empty list', () => {
    for (const more of [{}, { loadBalancerSourceRanges: [] }])
      refused(SERVICE, balancer(more), 'load-balancers-restricted', /loadBalancerSourceRanges/);
  });

  it('lets in whom it names; other Services need not say', () => {
    assert.deepEqual(violations(SERVICE, balancer({ loadBalancerSourceRanges: ['203.0.113.7/32'] })), []);
    assert.deepEqual(violations(SERVICE, { spec: { type: 'NodePort' } }), []);
  });
});

describe('no-open-cidrs', () => {
  it('refuses the internet, whole or in halves, however the rule is written', () => {
    const group = 'aws:ec2/securityGroup:SecurityGroup';
    refused(group, { ingress: [{ cidrBlocks: ['0.0.0.0/0'] }] }, 'no-open-cidrs', /0\.0\.0\.0\/0/);
    refused(group, { ingress: [{ ipv6CidrBlocks: ['::/0'] }] }, 'no-open-cidrs', /::\/0/);
    refused(
      'aws:ec2/securityGroupRule:SecurityGroupRule',
      { type: 'ingress', cidrBlocks: ['128.0.0.0/1'] },
      'no-open-cidrs',
      /128\.0\.0\.0\/1/,
    );
    const rule = 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule';
    refused(rule, { cidrIpv4: '0.0.0.0/0' }, 'no-open-cidrs', /operatorCidrs/);
    refused(rule, { cidrIpv6: '::/0' }, 'no-open-cidrs', /::\/0/);
    refused(
      'kubernetes:core/v1:Service',
      { spec: { type: 'LoadBalancer', loadBalancerSourceRanges: ['0.0.0.0/0'] } },
      'no-open-cidrs',
      /0\.0\.0\.0\/0/,
    );
  });

  it('lets operators in, and everything out', () => {
    assert.deepEqual(
      [
        ...violations('aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule', {
          cidrIpv4: '203.0.113.7/32',
        }),
        ...violations('aws:ec2/securityGroup:SecurityGroup', {
          ingress: [{ cidrBlocks: ['10.0.0.0/8'] }],
          egress: [{ cidrBlocks: ['0.0.0.0/0'] }],
        }),
        ...violations('aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule', { cidrIpv4: '0.0.0.0/0' }),
        ...violations('aws:ec2/securityGroupRule:SecurityGroupRule', {
          type: 'egress',
          cidrBlocks: ['0.0.0.0/0'],
        }),
      ],
      [],
    );
  });
});

describe('hosts', () => {
  const type = 'aws:ec2/instance:Instance';
  const encrypted = { rootBlockDevice: { encrypted: true } };
  const sessions = { metadataOptions: { httpTokens: 'required' } };

  it('refuses IMDSv1, also as the unset default', () => {
    refused(type, encrypted, 'imdsv2-required', /httpTokens/);
    refused(type, { ...encrypted, metadataOptions: { httpTokens: 'optional' } }, 'imdsv2-required', /IMDSv1/);
  });

  it('refuses plain volumes, also as the unset default', () => {
    refused(type, sessions, 'volumes-encrypted', /root volume/);
    refused(
      type,
      { ...sessions, ...encrypted, ebsBlockDevices: [{ deviceName: '/dev/sdf', encrypted: false }] },
      'volumes-encrypted',
      /\/dev\/sdf/,
    );
    refused('aws:ebs/volume:Volume', { size: 10 }, 'volumes-encrypted', /encrypted/);
    refused(
      'aws:ec2/launchTemplate:LaunchTemplate',
      { ...sessions, blockDeviceMappings: [{ deviceName: '/dev/sda1', ebs: { encrypted: 'false' } }] },
      'volumes-encrypted',
      /\/dev\/sda1/,
    );
  });

  it('accepts both as they should be', () => {
    assert.deepEqual(violations(type, { ...encrypted, ...sessions }), []);
    assert.deepEqual(violations('aws:ebs/volume:Volume', { encrypted: true }), []);
  });
});

describe('images-by-digest', () => {
  it('refuses a tag, in every kind that makes pods and in init containers', () => {
    const tagged = { ...restrictedContainer, image: 'redis:7' };
    const pod = { ...restrictedPod, containers: [tagged] };
    refused(DEPLOYMENT, deployment(pod), 'images-by-digest', /redis:7/);
    refused('kubernetes:apps/v1:StatefulSet', deployment(pod), 'images-by-digest', /redis:7/);
    refused('kubernetes:batch/v1:Job', deployment(pod), 'images-by-digest', /redis:7/);
    refused('kubernetes:core/v1:Pod', { spec: pod }, 'images-by-digest', /redis:7/);
    refused(
      'kubernetes:batch/v1:CronJob',
      { spec: { jobTemplate: { spec: { template: { spec: pod } } } } },
      'images-by-digest',
      /redis:7/,
    );
    refused(
      DEPLOYMENT,
      deployment({ ...restrictedPod, initContainers: [tagged] }),
      'images-by-digest',
      /redis:7/,
    );
  });

  it('accepts a digest, with a tag before it or not', () => {
    assert.deepEqual(violations(DEPLOYMENT, deployment(restrictedPod)), []);
    const both = { ...restrictedContainer, image: `redis:7@${DIGEST}` };
    assert.deepEqual(violations(DEPLOYMENT, deployment({ ...restrictedPod, containers: [both] })), []);
  });
});

describe('pods-restricted', () => {
  const withContext = (change: Record<string, unknown>) =>
    deployment({
      ...restrictedPod,
      containers: [
        { ...restrictedContainer, securityContext: { ...restrictedContainer.securityContext, ...change } },
      ],
    });

  for (const [change, text] of [
    [{ privileged: true }, /privileged/],
    [{ allowPrivilegeEscalation: null }, /allowPrivilegeEscalation/],
    [{ capabilities: {} }, /capabilities\.drop/],
    [{ capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } }, /NET_BIND_SERVICE/],
    [{ runAsNonRoot: false }, /runAsNonRoot/],
    [{ runAsUser: 0 }, /runAsUser/],
    [{ seccompProfile: { type: 'Unconfined' } }, /seccompProfile/],
  ] as const) {
    it(`refuses a container with ${JSON.stringify(change)}`, () => {
      refused(DEPLOYMENT, withContext(change), 'pods-restricted', text);
    });
  }

  for (const [change, text] of [
    [{ hostNetwork: true }, /hostNetwork/],
    [{ hostPID: true }, /hostPID/],
    [{ hostIPC: true }, /hostIPC/],
    [{ volumes: [{ name: 'root', hostPath: { path: '/' } }] }, /hostPath/],
    [{ containers: [{ ...restrictedContainer, ports: [{ hostPort: 80 }] }] }, /hostPort/],
    [{ securityContext: { ...restrictedPod.securityContext, runAsUser: 0 } }, /runAsUser/],
  ] as const) {
    it(`refuses a pod with ${JSON.stringify(change).slice(0, 60)}`, () => {
      refused(DEPLOYMENT, deployment({ ...restrictedPod, ...change }), 'pods-restricted', text);
    });
  }

  it('takes what the container says before what the pod says', () => {
    const own = withContext({ runAsNonRoot: true, seccompProfile: { type: 'Localhost' } });
    assert.deepEqual(violations(DEPLOYMENT, own), []);
  });

  it('has nothing to say about other resources', () => {
    assert.deepEqual(violations('kubernetes:core/v1:ConfigMap', { data: {} }), []);
    assert.deepEqual(violations('random:index/randomPassword:RandomPassword', { length: 8 }), []);
  });
});
