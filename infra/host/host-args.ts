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

/** What is wrong with the arguments, one sentence each with the remedy; empty when nothing is. */
export function hostFaults(args: HostArgs): string[] {
  const faults = operatorCidrFaults(args.operatorCidrs);
  if (args.vpcId !== undefined && args.subnetId === undefined) {
    faults.push(
      `vpcId: "${args.vpcId}" needs subnetId, a public subnet of it: ` +
        `\`aws ec2 describe-subnets --region ${args.region} --filters Name=vpc-id,Values=${args.vpcId}\` lists them`,
    );
  }
  if (!/^v\d+\.\d+\.\d+\+k3s\d+$/.test(args.k3sVersion)) {
    faults.push(
      `k3sVersion: "${args.k3sVersion}" is no K3s release such as ${HOST_DEFAULTS.k3sVersion}: https://github.com/k3s-io/k3s/releases lists them`,
    );
  }
  if (!/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/.test(args.instanceType)) {
    faults.push(
      `instanceType: "${args.instanceType}" is no EC2 instance type such as ${HOST_DEFAULTS.instanceType}`,
    );
  }
  for (const [name, port] of Object.entries(args.nodePorts)) {
    if (!Number.isInteger(port) || port < 30_000 || port > 32_767) {
      faults.push(`nodePorts.${name}: ${String(port)} must be a whole number from 30000 to 32767`);
    }
  }
  if (!Number.isInteger(args.volumeSize) || args.volumeSize < 20 || args.volumeSize > 16_384) {
    faults.push(`volumeSize: ${args.volumeSize} must be a whole number of GiB from 20 to 16384`);
  }
  if (!Number.isInteger(args.agents) || args.agents < 0 || args.agents > 20) {
    faults.push(`agents: ${args.agents} must be a whole number from 0 to 20`);
  }
  return faults;
}
