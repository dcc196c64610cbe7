import { BlockList, isIP } from 'node:net';
import { blockOf, parseCidr } from './cidr';

/** Whether an address is let in; null where that cannot be said: no blocks of its family, or it is no address. */
export function isOperator(cidrs: readonly string[], address: string): boolean | null {
  const family = isIP(address);
  if (family === 0) return null;
  const allowed = new BlockList();
  let comparable = false;
  for (const cidr of cidrs.map(parseCidr)) {
    if (cidr?.family !== family) continue;
    allowed.addSubnet(cidr.address, cidr.prefix, family === 4 ? 'ipv4' : 'ipv6');
    comparable = true;
  }
  return comparable ? allowed.check(address, family === 4 ? 'ipv4' : 'ipv6') : null;
}

/** The command that lets an address in, besides those that are. */
export function allowCommand(cidrs: readonly string[], address: string): string {
  return `pulumi config set --path 'operatorCidrs[${cidrs.length}]' ${blockOf(address)}`;
}

/**
 * A warning when the machine that runs the program is not among those allowed to reach the host; null when it is, or
 * when the families differ (its IPv6 address says nothing about its IPv4 one).
 */
export function callerWarning(cidrs: readonly string[], address: string): string | null {
  if (isOperator(cidrs, address) !== false) return null;
  return (
    `your address ${address} is not in operatorCidrs (${cidrs.join(', ')}), so this update could not reach the ` +
    `host: \`${allowCommand(cidrs, address)}\``
  );
}
