import { BlockList, isIP } from 'node:net';
import type { ConfigFault } from '../../scenario/config/config-error';

/** Where AWS answers with the caller's own address, as plain text. */
export const ADDRESS_SERVICE = 'https://checkip.amazonaws.com';

/** Shortest prefixes that still mean somebody's network rather than the internet. */
const SHORTEST_PREFIX = { 4: 8, 6: 16 } as const;

interface Cidr {
  address: string;
  prefix: number;
  family: 4 | 6;
}

/** A CIDR block in its parts; null when the text is none. */
export function parseCidr(text: string): Cidr | null {
  const [, address, digits] = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(text) ?? [];
  if (address === undefined || digits === undefined) return null;
  const family = isIP(address);
  if (family !== 4 && family !== 6) return null;
  const prefix = Number(digits);
  return prefix <= (family === 4 ? 32 : 128) ? { address, prefix, family } : null;
}

const remedy =
  `find your own address with \`curl -s ${ADDRESS_SERVICE}\` and allow it alone: ` +
  `\`pulumi config set --path 'operatorCidrs[0]' "$(curl -s ${ADDRESS_SERVICE})/32"\``;

/**
 * What is wrong with the CIDRs that may reach the host, each with the remedy; empty when nothing is.
 * The internet is refused, and so are blocks wide enough to be put together to it (0.0.0.0/1 and 128.0.0.0/1).
 */
export function operatorCidrFaults(cidrs: readonly string[] | undefined): ConfigFault[] {
  if (cidrs === undefined || cidrs.length === 0) {
    return [
      {
        key: 'operatorCidrs',
        value: undefined,
        message: `is missing, so nobody could reach the host: ${remedy}`,
      },
    ];
  }
  return cidrs.flatMap((text, index) => {
    const fault = (message: string): ConfigFault[] => [
      { key: `operatorCidrs[${String(index)}]`, value: text, message },
    ];
    const cidr = parseCidr(text);
    if (cidr === null) {
      const hint = isIP(text) === 0 ? '' : ` (one address is ${text}/${isIP(text) === 4 ? '32' : '128'})`;
      return fault(`is no CIDR block such as 203.0.113.7/32${hint}; ${remedy}`);
    }
    if (cidr.prefix >= SHORTEST_PREFIX[cidr.family]) return [];
    return fault(
      `would open SSH, the Kubernetes API and the database to the internet (/${String(SHORTEST_PREFIX[cidr.family])} is the widest allowed); ${remedy}`,
    );
  });
}

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
