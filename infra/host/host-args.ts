import type { HostNodePorts } from './ingress';

/** Whether the hosts run, or are parked to save money: parked they cost their volumes and the Elastic IP. */
export type HostState = 'running' | 'stopped';

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
