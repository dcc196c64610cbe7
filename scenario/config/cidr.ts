import { isIP } from 'node:net';

/** Shortest prefixes that still mean somebody's network rather than the internet, or a part it could be put together of. */
export const SHORTEST_PREFIX = { 4: 8, 6: 16 } as const;

export interface Cidr {
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

/** Why a block may not be let in; null when it may. The internet is refused, whole or in halves (0.0.0.0/1 and 128.0.0.0/1). */
export function cidrFault(text: string): string | null {
  const cidr = parseCidr(text);
  if (cidr === null) {
    const family = isIP(text);
    return family === 0
      ? `${JSON.stringify(text)} is no CIDR block`
      : `one address is ${text}/${family === 4 ? '32' : '128'}`;
  }
  if (cidr.prefix >= SHORTEST_PREFIX[cidr.family]) return null;
  return `${text} would open SSH, the Kubernetes API and the database to the internet`;
}
