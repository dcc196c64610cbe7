import type { Keyspace } from './keyspace';
import { CommandFault, OK, type Reply } from './reply';

/** A command on the keyspace. `args` are without the name. */
export interface Command {
  /** Number of arguments allowed, both inclusive. */
  arity: readonly [min: number, max: number];
  run: (keys: Keyspace, args: readonly string[]) => Reply;
}

/** A whole number of a command. @throws CommandFault as Redis says it */
function integer(text: string | undefined): number {
  const value = text !== undefined && /^-?\d+$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(value)) throw new CommandFault('ERR value is not an integer or out of range');
  return value;
}

/** SET key value [EX seconds] */
function set(keys: Keyspace, [key = '', value = '', option, ...rest]: readonly string[]): Reply {
  if (option === undefined) {
    keys.write(key, value);
    return OK;
  }
  if (option.toLowerCase() !== 'ex' || rest.length !== 1) throw new CommandFault('ERR syntax error');
  const seconds = integer(rest[0]);
  if (seconds <= 0) throw new CommandFault("ERR invalid expire time in 'set' command");
  keys.write(key, value, seconds * 1000);
  return OK;
}

/** Sets fields; answers how many are new. */
function setFields(keys: Keyspace, [key = '', ...pairs]: readonly string[]): number {
  if (pairs.length % 2 !== 0) throw new CommandFault("ERR wrong number of arguments for 'hset' command");
  return keys.changeHash(key, (hash) => {
    const before = hash.size;
    for (let at = 0; at < pairs.length; at += 2) hash.set(pairs[at] ?? '', pairs[at + 1] ?? '');
    return hash.size - before;
  });
}

function increaseField(keys: Keyspace, [key = '', field = '', by]: readonly string[]): number {
  const amount = integer(by);
  return keys.changeHash(key, (hash) => {
    const text = hash.get(field) ?? '0';
    if (!/^-?\d+$/.test(text)) throw new CommandFault('ERR hash value is not an integer');
    const sum = Number(text) + amount;
    if (!Number.isSafeInteger(sum)) throw new CommandFault('ERR increment or decrement would overflow');
    hash.set(field, String(sum));
    return sum;
  });
}

/** The most that a page of SCAN may be asked to have. */
const ALL = 2 ** 31;

/**
 * SCAN cursor [MATCH pattern] [COUNT n]. One page holds everything: COUNT is a hint, and so each key that is there all the
 * time comes once.
 */
function scan(keys: Keyspace, [cursor, ...options]: readonly string[]): Reply {
  if (!/^\d+$/.test(cursor ?? '')) throw new CommandFault('ERR invalid cursor');
  let matches: (key: string) => boolean = () => true;
  for (let at = 0; at < options.length; at += 2) {
    const [option = '', value] = options.slice(at);
    if (value === undefined) throw new CommandFault('ERR syntax error');
    if (option.toLowerCase() === 'match') matches = glob(value);
    else if (option.toLowerCase() !== 'count') throw new CommandFault('ERR syntax error');
    else if (integer(value) < 1 || integer(value) > ALL) throw new CommandFault('ERR syntax error');
  }
  return ['0', cursor === '0' ? keys.names().filter(matches) : []];
}

/** Redis' patterns as far as the services use them. @throws CommandFault for sets and escapes */
function glob(pattern: string): (key: string) => boolean {
  if (/[[\]\\]/.test(pattern))
    throw new CommandFault('ERR this stand-in knows * and ? in patterns, nothing else');
  const escaped = pattern
    .replace(/[.+^${}()|]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const expression = new RegExp(`^${escaped}$`, 's');
  return (key) => expression.test(key);
}

/** The commands on keys that the services use, by lower-case name. What is about the connection is in connection.ts. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>(
  Object.entries<Command>({
    get: { arity: [1, 1], run: (keys, [key = '']) => keys.text(key) },
    set: { arity: [2, 4], run: set },
    del: { arity: [1, Infinity], run: (keys, args) => args.filter((key) => keys.remove(key)).length },
    scan: { arity: [1, 5], run: scan },
    expire: {
      arity: [2, 2],
      run: (keys, [key = '', seconds]) => Number(keys.expireIn(key, integer(seconds) * 1000)),
    },
    hset: { arity: [3, Infinity], run: setFields },
    hgetall: { arity: [1, 1], run: (keys, [key = '']) => [...(keys.hash(key) ?? [])].flat() },
    hincrby: { arity: [3, 3], run: increaseField },
    hdel: {
      arity: [2, Infinity],
      run: (keys, [key = '', ...fields]) =>
        keys.changeHash(key, (hash) => fields.filter((field) => hash.delete(field)).length),
    },
  }),
);
