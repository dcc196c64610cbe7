import type { CommandTable } from './commands';

const makeSet = (): Set<string> => new Set<string>();

export const setCommands: CommandTable = {
  sadd: {
    arity: [2, Infinity],
    run: (keys, [key = '', ...members]) =>
      keys.change(key, 'set', makeSet, (set) => {
        const before = set.size;
        for (const member of members) set.add(member);
        return set.size - before;
      }),
  },
  srem: {
    arity: [2, Infinity],
    run: (keys, [key = '', ...members]) =>
      keys.change(key, 'set', makeSet, (set) => members.filter((member) => set.delete(member)).length),
  },
  smembers: { arity: [1, 1], run: (keys, [key = '']) => [...(keys.read(key, 'set') ?? [])] },
  sismember: {
    arity: [2, 2],
    run: (keys, [key = '', member = '']) => Number(keys.read(key, 'set')?.has(member) ?? false),
  },
  smismember: {
    arity: [2, Infinity],
    run: (keys, [key = '', ...members]) => {
      const set = keys.read(key, 'set');
      return members.map((member) => Number(set?.has(member) ?? false));
    },
  },
  scard: { arity: [1, 1], run: (keys, [key = '']) => keys.read(key, 'set')?.size ?? 0 },
};
