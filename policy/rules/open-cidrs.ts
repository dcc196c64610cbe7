import { record, records, texts, type Properties } from './properties';

/** Blocks wider than these are the internet, whole or in pieces (0.0.0.0/1 and 128.0.0.0/1). */
const WIDEST = { v4: 8, v6: 16 } as const;

/** Whether a CIDR block lets in the internet. */
export function isOpen(cidr: string): boolean {
  const [address, digits] = cidr.split('/');
  if (address === undefined || digits === undefined) return false;
  return Number(digits) < (address.includes(':') ? WIDEST.v6 : WIDEST.v4);
}

/**
 * Openings to the internet: security groups' rules that let in, in AWS's three ways to write them, and the source
 * ranges of load balancers. What may go out is not looked at: telemetry and images come from anywhere.
 */
export function openCidrs(type: string, properties: Properties): string[] {
  return incomingBlocks(type, properties)
    .filter(isOpen)
    .map((cidr) => `lets in ${cidr}, the internet: allow the operators' own addresses (operatorCidrs)`);
}

function incomingBlocks(type: string, properties: Properties): string[] {
  switch (type) {
    case 'aws:ec2/securityGroup:SecurityGroup':
    case 'aws:ec2/defaultSecurityGroup:DefaultSecurityGroup':
      return records(properties.ingress).flatMap(blocksOfRule);
    case 'aws:ec2/securityGroupRule:SecurityGroupRule':
      return properties.type === 'ingress' ? blocksOfRule(properties) : [];
    case 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule':
      return [...texts(properties.cidrIpv4), ...texts(properties.cidrIpv6)];
    case 'kubernetes:core/v1:Service':
      return texts(record(properties.spec).loadBalancerSourceRanges);
    default:
      return [];
  }
}

function blocksOfRule(rule: Properties): string[] {
  return [...texts(rule.cidrBlocks), ...texts(rule.ipv6CidrBlocks)];
}
