import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { Cluster } from '../cluster/cluster';
import { allowedFlows, policySpecs } from './policies';

export interface NetworkArgs {
  cluster: Cluster;
  /** URLs of the back ends the collector sends to. */
  vendorUrls: readonly string[];
}

/** NetworkPolicies: who may talk to whom is the catalog's edges, and nothing else. */
export class Network extends pulumi.ComponentResource {
  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super('ecommerce-demo:network:Network', name, {}, opts);
    const { cluster } = args;
    const flows = allowedFlows([...new Set(args.vendorUrls.map(portOf))]);
    for (const [policy, spec] of Object.entries(policySpecs(flows))) {
      new k8s.networking.v1.NetworkPolicy(
        `${name}-${policy}`,
        { metadata: cluster.metadata(policy), spec },
        cluster.inside(this),
      );
    }
    this.registerOutputs({});
  }
}

/** Port of a URL. */
export function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return Number(port) || (protocol === 'http:' ? 80 : 443);
}
