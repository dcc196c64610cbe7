import type * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { urlHost } from '../../scenario/config/pasted-forms';

/** A load balancer, for these networks alone. */
export interface LoadBalancer {
  type: 'loadBalancer';
  sourceRanges: readonly string[];
}

/** How a Service is reached from outside. */
export type Exposure = { type: 'nodePort'; nodePort: number } | LoadBalancer;

/** Host and port at which a Service answers this machine. */
export interface Address {
  host: pulumi.Output<string>;
  port: pulumi.Output<number>;
}

/** A NodePort of a host, or the load balancer's own address. */
export function addressOf(
  service: k8s.core.v1.Service,
  node: { host: pulumi.Output<string>; port: number } | null,
): Address {
  if (node) return { host: node.host, port: pulumi.output(node.port) };
  return {
    host: service.status.apply((status) => {
      // Nothing of it is there until the load balancer is, whatever the types say.
      const { loadBalancer } = status as {
        loadBalancer?: { ingress?: { hostname?: string; ip?: string }[] };
      };
      const ingress = loadBalancer?.ingress?.[0];
      return ingress?.hostname ?? ingress?.ip ?? 'pending';
    }),
    port: service.spec.apply((spec) => spec.ports[0]?.port ?? 0),
  };
}

/** Base URL of an address. */
export function urlOf({ host, port }: Address): pulumi.Output<string> {
  return pulumi.interpolate`http://${host.apply(urlHost)}:${port}`;
}
