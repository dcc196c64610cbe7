import type { ConfigFault } from '../../scenario/config/config-error';
import type { HostNodePorts } from './ingress';
import { operatorCidrFaults } from './operator-cidrs';

/** Whether the hosts run, or are parked to save money: parked they cost their volumes and the Elastic IP. */
export type HostState = 'running' | 'stopped';

/** Defaults of the host's config keys. */
export const HOST_DEFAULTS = {
  instanceType: 't4g.xlarge',
  /** GiB. */
  volumeSize: 40,
  k3sVersion: 'v1.34.1+k3s1',
  agents: 0,
  hostState: 'running',
} as const;

export interface HostArgs {
  /** AWS region of everything. */
  region: string;
  /** EC2 instance type of the server and the agents; its processor decides the images' platform. */
  instanceType: string;
  /** Root volume of each host, GiB. */
  volumeSize: number;
  /** K3s release, e.g. `v1.34.1+k3s1`. Another one rebuilds the hosts. */
  k3sVersion: string;
  /** Blocks that may reach SSH, the Kubernetes API and the NodePorts; the internet is refused. */
  operatorCidrs: readonly string[];
  /** NodePorts that are opened to them. */
  nodePorts: HostNodePorts;
  /** An existing VPC; needs `subnetId`. */
  vpcId?: string;
  /** An existing public subnet, instead of a new VPC with one. */
  subnetId?: string;
  /** Hosts that join the server as K3s agents. */
  agents: number;
  /** `stopped` parks all hosts. */
  hostState: HostState;
  /** Tags of every resource. */
  tags: Readonly<Record<string, string>>;
  /** URL of the ECR repository of the images; else the hosts log in to every ECR registry they may read. */
  registryUrl?: string;
}

/** What is wrong with the arguments, each with the remedy; empty when nothing is. */
export function hostFaults(args: HostArgs): ConfigFault[] {
  const { region, vpcId, subnetId, k3sVersion, instanceType, volumeSize, agents } = args;
  const check = (key: string, value: unknown, right: boolean, message: string): ConfigFault[] =>
    right ? [] : [{ key, value, message }];
  return [
    ...operatorCidrFaults(args.operatorCidrs),
    ...check(
      'subnetId',
      undefined,
      vpcId === undefined || subnetId !== undefined,
      `is missing: vpcId ${String(vpcId)} needs a public subnet of it; they are listed by ` +
        `aws ec2 describe-subnets --region ${region} --filters Name=vpc-id,Values=${String(vpcId)}`,
    ),
    ...check(
      'k3sVersion',
      k3sVersion,
      /^v\d+\.\d+\.\d+\+k3s\d+$/.test(k3sVersion),
      `is no K3s release such as ${HOST_DEFAULTS.k3sVersion}: https://github.com/k3s-io/k3s/releases lists them`,
    ),
    ...check(
      'instanceType',
      instanceType,
      /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/.test(instanceType),
      `is no EC2 instance type such as ${HOST_DEFAULTS.instanceType}`,
    ),
    ...Object.entries<number>({ ...args.nodePorts }).flatMap(([name, port]) =>
      check(
        `nodePorts.${name}`,
        port,
        isWhole(port, 30_000, 32_767),
        'must be a whole number from 30000 to 32767',
      ),
    ),
    ...check(
      'volumeSize',
      volumeSize,
      isWhole(volumeSize, 20, 16_384),
      'must be a whole number of GiB from 20 to 16384',
    ),
    ...check('agents', agents, isWhole(agents, 0, 20), 'must be a whole number from 0 to 20'),
  ];
}

function isWhole(value: number, from: number, to: number): boolean {
  return Number.isInteger(value) && value >= from && value <= to;
}
