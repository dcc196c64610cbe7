import { Chance } from './chance';

/** Values that programs stumble over. */
const NASTY: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  -0,
  0.1,
  1e308,
  -1e308,
  2 ** 31,
  2 ** 53,
  '',
  ' ',
  '.',
  '..',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  '\u0000',
  '\ud800',
  '\u202e',
  '💥'.repeat(50),
  "'; drop table orders; --",
  '${jndi:ldap://x}',
  'NaN',
  'Infinity',
  '1e30',
  '9'.repeat(400),
  'x'.repeat(20_000),
  [],
  {},
  [[]],
  [null],
  { length: -1 },
];

/** Texts for a part of a path or a query: encoded in ways that two readers might take differently. */
export const NASTY_SEGMENTS: readonly string[] = [
  '.',
  '..',
  '%2e',
  '%2e%2e',
  '%2E%2e%2f',
  '..%2f..%2fhealth',
  '%00',
  '%ff',
  '%',
  '%c0%ae',
  '%F0%9F%92%A5',
  '%0d%0aset-cookie:x',
  '..;',
  '0',
  '-1',
  '01',
  '1e3',
  '0x10',
  '2147483648',
  '9'.repeat(40),
  'NaN',
  'null',
  '__proto__',
  "'%20or%201=1",
  'a'.repeat(3_000),
];

/** A deep copy in which a few places are something else, or gone, or there twice. */
export function mutated(value: unknown, chance: Chance, rate = 0.25): unknown {
  if (chance.happens(rate * 0.4)) return chance.oneOf(NASTY);
  if (Array.isArray(value)) {
    const items = value.map((item) => mutated(item, chance, rate));
    if (items.length > 0 && chance.happens(rate * 0.3)) return Array.from({ length: 60 }, () => items[0]);
    return chance.happens(rate * 0.2) ? [...items, chance.oneOf(NASTY)] : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, member]) => {
    if (chance.happens(rate * 0.3)) return [];
    return [[key, mutated(member, chance, rate)] as const];
  });
  if (chance.happens(rate * 0.2))
    entries.push([chance.oneOf(['__proto__', 'toString', 'x', '']), chance.oneOf(NASTY)]);
  return Object.fromEntries(entries);
}

/** Bytes with some of them changed, gone or repeated. */
export function corrupted(bytes: Buffer, chance: Chance): Buffer {
  const copy = Buffer.from(bytes);
  for (let n = 1 + chance.below(6); n > 0 && copy.length > 0; n -= 1)
    copy[chance.below(copy.length)] = chance.below(256);
  const cut = chance.happens(0.4) ? copy.subarray(0, chance.below(copy.length + 1)) : copy;
  return chance.happens(0.2) ? Buffer.concat([cut, cut]) : cut;
}

/** A text of JSON that may be none. */
export function jsonText(value: unknown, chance: Chance): Buffer {
  const text = Buffer.from(value === undefined ? '' : JSON.stringify(value));
  if (chance.happens(0.1)) return corrupted(text, chance);
  if (chance.happens(0.02)) return Buffer.from('['.repeat(30_000));
  if (chance.happens(0.02)) return Buffer.alloc(70_000, 0x20);
  return text;
}
