import * as pulumi from '@pulumi/pulumi';
import { parseCidr } from '../../scenario/config/cidr';
import { API_PORT } from '../../scenario/config/deployment';

/** NodePorts that operators and the program itself reach from outside. */
export interface HostNodePorts {
  /** The storefront. */
  shop: number;
  /** The presenter's console. */
  console: number;
  /** PostgreSQL, for `@pulumi/postgresql` and the scenario's resources. */
  postgres: number;
}

/** One opening of the host's security group. */
export interface IngressRule {
  /** Unique and stable: made of the port and the block, so that adding one touches no other. */
  name: string;
  port: number;
  cidr: string;
  family: 4 | 6;
  description: string;
}

/** What operators may reach: SSH, the Kubernetes API and the NodePorts, from each of their blocks, and no more. */
export function operatorIngress(
  operatorCidrs: readonly string[],
  nodePorts: HostNodePorts,
): readonly IngressRule[] {
  const ports: readonly (readonly [number, string])[] = [
    [22, 'SSH'],
    [API_PORT, 'Kubernetes API'],
    [nodePorts.shop, 'shop'],
    [nodePorts.console, 'console'],
    [nodePorts.postgres, 'PostgreSQL'],
  ];
  return [...new Set(operatorCidrs)].flatMap((cidr) => {
    const block = parseCidr(cidr);
    if (block === null) throw new pulumi.RunError(`operatorCidrs: "${cidr}" is no CIDR block`);
    return ports.map(([port, what]) => ({
      name: `${port}-from-${cidr.replace(/[.:/]/g, '-')}`,
      port,
      cidr,
      family: block.family,
      description: `${what} from an operator`,
    }));
  });
}
