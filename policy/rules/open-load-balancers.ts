import { record, texts, type Properties } from './properties';

/** A Service of type LoadBalancer that says nobody's networks: clouds open it to everybody then. */
export function openLoadBalancers(type: string, properties: Properties): string[] {
  if (type !== 'kubernetes:core/v1:Service') return [];
  const spec = record(properties.spec);
  if (spec.type !== 'LoadBalancer' || texts(spec.loadBalancerSourceRanges).length > 0) return [];
  return ['is a load balancer without loadBalancerSourceRanges, open to everybody: say who may reach it'];
}
