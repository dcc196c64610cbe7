import type * as pulumi from '@pulumi/pulumi';
import type { RegistryCredentials } from '../infra/registry/registry';

/** Where the shop runs, whatever made it. */
export interface Target {
  kubeconfig: pulumi.Output<string>;
  context?: string;
  /** Host at which NodePorts answer; null where load balancers have addresses of their own. */
  nodeHost: pulumi.Output<string> | null;
  /** Platform of the nodes. */
  platform: string;
  /** Image name without tag; null where the services' image is there already. */
  repository: pulumi.Output<string> | null;
  /** That image, by digest; null where it is built. */
  servicesImage: string | null;
  /** Login of the registry: to push, and for pods to pull. */
  credentials?: pulumi.Output<RegistryCredentials>;
  /** Pods need a pull secret: the nodes have no login of their own. */
  needsPullSecret: boolean;
  /** What the cluster lives and dies on. */
  host?: pulumi.CustomResource;
  /** What must be there before the cluster answers. */
  after?: pulumi.Resource[];
  /** Stores stay on the first host. */
  storesOnServer?: boolean;
  /** The hosts are parked: nothing on them can be asked or changed. */
  parked: boolean;
  /** Nothing in the cluster answers while this program runs: parked, or started by the very update that is previewed. */
  unreachable: boolean;
  /** Stack outputs about it. */
  outputs: Readonly<Record<string, unknown>>;
}
