import { integerArgument } from './arguments-of';
import type { CommandTable } from './commands';
import type { Keyspace } from './keyspace';
import { CommandFault, OK } from './reply';

const makeHash = (): Map<string, string> => new Map<string, string>();

/** Sets fields; answers how many are new. */
function setFields(keys: Keyspace, name: string, [key = '', ...pairs]: readonly string[]): number {
  if (pairs.length === 0 || pairs.length % 2 !== 0) {
    throw new CommandFault(`ERR wrong number of arguments for '${name}' command`);
  }
  return keys.change(key, 'hash', makeHash, (hash) => {
    const before = hash.size;
    for (let at = 0; at < pairs.length; at += 2) hash.set(pairs[at] ?? '', pairs[at + 1] ?? '');
    return hash.size - before;
  });
}

export const hashCommands: CommandTable = {
  hset: { arity: [3, Infinity], run: (keys, args) => setFields(keys, 'hset', args) },
  hmset: { arity: [3, Infinity], run: (keys, args) => (setFields(keys, 'hmset', args), OK) },
  hsetnx: {
    arity: [3, 3],
    run: (keys, [key = '', field = '', value = '']) =>
      keys.read(key, 'hash')?.has(field) ? 0 : setFields(keys, 'hsetnx', [key, field, value]),
  },
  hget: { arity: [2, 2], run: (keys, [key = '', field = '']) => keys.read(key, 'hash')?.get(field) ?? null },
  hmget: {
    arity: [2, Infinity],
    run: (keys, [key = '', ...fields]) => {
      const hash = keys.read(key, 'hash');
      return fields.map((field) => hash?.get(field) ?? null);
    },
  },
  hgetall: { arity: [1, 1], run: (keys, [key = '']) => [...(keys.read(key, 'hash') ?? [])].flat() },
  hkeys: { arity: [1, 1], run: (keys, [key = '']) => [...(keys.read(key, 'hash')?.keys() ?? [])] },
  hvals: { arity: [1, 1], run: (keys, [key = '']) => [...(keys.read(key, 'hash')?.values() ?? [])] },
  hexists: {
    arity: [2, 2],
    run: (keys, [key = '', field = '']) => Number(keys.read(key, 'hash')?.has(field) ?? false),
  },
  hlen: { arity: [1, 1], run: (keys, [key = '']) => keys.read(key, 'hash')?.size ?? 0 },
  hdel: {
    arity: [2, Infinity],
    run: (keys, [key = '', ...fields]) =>
      keys.change(key, 'hash', makeHash, (hash) => fields.filter((field) => hash.delete(field)).length),
  },
  hincrby: {
    arity: [3, 3],
    run: (keys, [key = '', field = '', by]) =>
      keys.change(key, 'hash', makeHash, (hash) => {
        const amount = integerArgument(by);
        const text = hash.get(field) ?? '0';
        if (!/^-?\d+$/.test(text)) throw new CommandFault('ERR hash value is not an integer');
        const sum = Number(text) + amount;
        if (!Number.isSafeInteger(sum)) throw new CommandFault('ERR increment or decrement would overflow');
        hash.set(field, String(sum));
        return sum;
      }),
  },
};
