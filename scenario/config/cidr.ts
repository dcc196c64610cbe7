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

/** An address as the block that `operatorCidrs` takes. */
export function blockOf(address: string): string {
  return `${address}/${isIP(address) === 6 ? '128' : '32'}`;
}

/** Why a block may not be let in; null when it may. The internet is refused, whole or in halves (0.0.0.0/1 and 128.0.0.0/1). */
export function cidrFault(text: string): string | null {
  const cidr = parseCidr(text);
  if (cidr === null) {
    return isIP(text) === 0 ? `${JSON.stringify(text)} is no CIDR block` : `one address is ${blockOf(text)}`;
  }
  if (cidr.prefix >= SHORTEST_PREFIX[cidr.family]) return null;
  return `${text} would open SSH, the Kubernetes API and the database to the internet`;
}

/**
 * A block as AWS keeps it: without host bits (203.0.113.7/24 is 203.0.113.0/24), IPv6 in its shortest form. Another
 * spelling of one block would be another rule, which AWS refuses as a duplicate. What is no block stays as it is.
 */
export function networkOf(text: string): string {
  const cidr = parseCidr(text);
  if (cidr === null) return text;
  const { address, prefix, family } = cidr;
  const bits = family === 4 ? 32 : 128;
  const mask = ((1n << BigInt(prefix)) - 1n) << BigInt(bits - prefix);
  const network = (family === 4 ? numberOfIpv4(address) : numberOfIpv6(address)) & mask;
  const shown = family === 4 ? ipv4Of(network) : ipv6Of(network);
  return `${shown}/${prefix}`;
}

function numberOfIpv4(address: string): bigint {
  return address.split('.').reduce((sum, part) => (sum << 8n) + BigInt(Number(part)), 0n);
}

function ipv4Of(network: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((network >> shift) & 0xffn)).join('.');
}

/** The URL parser writes an address out in its shortest form; what is between two colons there are zeros. */
function numberOfIpv6(address: string): bigint {
  const shortest = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = shortest.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const [first, last] = [groups(head), groups(tail ?? '')];
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length;
  return [...first, ...Array.from({ length: zeros }, () => '0'), ...last].reduce(
    (sum, group) => (sum << 16n) + BigInt(`0x${group}`),
    0n,
  );
}

function ipv6Of(network: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((network >> BigInt(16 * (7 - index))) & 0xffffn).toString(16),
  );
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
