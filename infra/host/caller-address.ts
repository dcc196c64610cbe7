import { BlockList, isIP } from 'node:net';
import { parseCidr } from '../../scenario/config/cidr';

/** Where AWS answers with the caller's own address, as plain text. */
const ADDRESS_SERVICE = 'https://checkip.amazonaws.com';

/**
 * A warning when the machine that runs the program is not among those allowed to reach the host; null when it is, or
 * when the families differ (its IPv6 address says nothing about its IPv4 one).
 */
export function callerWarning(cidrs: readonly string[], callerAddress: string): string | null {
  const family = isIP(callerAddress);
  if (family === 0) return null;
  const allowed = new BlockList();
  let comparable = false;
  for (const cidr of cidrs.map(parseCidr)) {
    if (cidr?.family !== family) continue;
    allowed.addSubnet(cidr.address, cidr.prefix, family === 4 ? 'ipv4' : 'ipv6');
    comparable = true;
  }
  if (!comparable || allowed.check(callerAddress, family === 4 ? 'ipv4' : 'ipv6')) return null;
  return (
    `your address ${callerAddress} is not in operatorCidrs (${cidrs.join(', ')}), so this update could not reach the ` +
    `host: \`pulumi config set --path 'operatorCidrs[${cidrs.length}]' ${callerAddress}/${family === 4 ? '32' : '128'}\``
  );
}

/**
 * The address this machine shows to the internet.
 *
 * @returns null when it cannot be learnt within 5 s: that alone is no reason to stop an update.
 */
export async function callerAddress(service: string = ADDRESS_SERVICE): Promise<string | null> {
  try {
    const answer = await fetch(service, { signal: AbortSignal.timeout(5000) });
    const text = (await answer.text()).trim();
    return answer.ok && isIP(text) !== 0 ? text : null;
  } catch {
    return null;
  }
}
