import type * as aws from '@pulumi/aws';
import type { HostNodePorts } from './ingress';
import type { Place } from './place';

/** Whether the hosts run, or are parked to save money: parked they cost their volumes and the Elastic IP. */
export type HostState = 'running' | 'stopped';

export interface HostArgs {
  /** Begins the names of what is made, see `namePrefix`. */
  prefix: string;
  /** AWS region of everything, for messages: resources have the caller's provider. */
  region: string;
  /** Zone, or existing subnet, see `findPlace`. */
  place: Place;
  /** Id of the machine image, see `findImage`; chosen once, and kept by hosts that are there. */
  image: string;
  /** EC2 instance type of the server and the agents; its processor decides the images' platform. */
  instanceType: string;
  /** Root volume of each host, GiB. */
  volumeSize: number;
  /** K3s release, e.g. `v1.34.1+k3s1`. Another one makes new hosts. */
  k3sVersion: string;
  /** `ssm` opens no port: commands go by Systems Manager's Run Command, the rest by ports it forwards. */
  hostAccess: 'ssh' | 'ssm';
  /** The AWS CLI's profile, where Systems Manager is asked by it. */
  profile?: string;
  /** With `ssh`: blocks that may reach SSH, the Kubernetes API and the NodePorts; the internet is refused. */
  operatorCidrs?: readonly string[];
  /** NodePorts that are opened to them. */
  nodePorts: HostNodePorts;
  /** Hosts that join the server as K3s agents. */
  agents: number;
  /** `stopped` parks all hosts. */
  hostState: HostState;
  /** Tags of every resource. */
  tags: Readonly<Record<string, string>>;
  /** Another one makes another server: what replaces one that was lost differs from it in this. */
  generation: string;
  /** Another one fetches the kubeconfig anew: its login ends after a year. */
  renewal: string;
  /** Cheaper hosts that AWS may stop at any time. */
  spot?: boolean;
  /** CPU credits of a T type: `unlimited` costs what is used above the baseline, `standard` throttles. */
  cpuCredits?: 'standard' | 'unlimited';
  /** ARN of the policy that bounds the role, where a company demands one. */
  permissionsBoundary?: string;
  /** Name of an existing instance profile, instead of a role of its own. */
  instanceProfile?: string;
  /** Last word on every host, for what no key says: gets and gives an instance's arguments. */
  transform?: (instance: aws.ec2.InstanceArgs) => aws.ec2.InstanceArgs;
}
