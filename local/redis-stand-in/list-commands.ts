import { integerArgument, rangeBounds } from './arguments-of';
import type { CommandTable } from './commands';
import type { Keyspace } from './keyspace';
import { OK } from './reply';

const makeList = (): string[] => [];

function push(keys: Keyspace, [key = '', ...values]: readonly string[], end: 'left' | 'right'): number {
  return keys.change(key, 'list', makeList, (list) =>
    end === 'left' ? list.unshift(...values.toReversed()) : list.push(...values),
  );
}

function removeEqual(keys: Keyspace, key: string, limit: number, value: string): number {
  return keys.change(key, 'list', makeList, (list) => {
    const most = limit === 0 ? Infinity : Math.abs(limit);
    let removed = 0;
    const visit = (at: number): void => {
      if (removed < most && list[at] === value) {
        list.splice(at, 1);
        removed += 1;
      }
    };
    if (limit < 0) for (let at = list.length - 1; at >= 0; at -= 1) visit(at);
    else
      for (let at = 0; at < list.length;) {
        const before = list.length;
        visit(at);
        if (list.length === before) at += 1;
      }
    return removed;
  });
}

export const listCommands: CommandTable = {
  lpush: { arity: [2, Infinity], run: (keys, args) => push(keys, args, 'left') },
  rpush: { arity: [2, Infinity], run: (keys, args) => push(keys, args, 'right') },
  lpop: {
    arity: [1, 1],
    run: (keys, [key = '']) => keys.change(key, 'list', makeList, (list) => list.shift() ?? null),
  },
  rpop: {
    arity: [1, 1],
    run: (keys, [key = '']) => keys.change(key, 'list', makeList, (list) => list.pop() ?? null),
  },
  llen: { arity: [1, 1], run: (keys, [key = '']) => keys.read(key, 'list')?.length ?? 0 },
  lrange: {
    arity: [3, 3],
    run: (keys, [key = '', start, stop]) => {
      const list = keys.read(key, 'list') ?? [];
      return list.slice(...rangeBounds(integerArgument(start), integerArgument(stop), list.length));
    },
  },
  ltrim: {
    arity: [3, 3],
    run: (keys, [key = '', start, stop]) =>
      keys.change(key, 'list', makeList, (list) => {
        const [from, to] = rangeBounds(integerArgument(start), integerArgument(stop), list.length);
        list.splice(to);
        list.splice(0, from);
        return OK;
      }),
  },
  lrem: {
    arity: [3, 3],
    run: (keys, [key = '', limit, value = '']) => removeEqual(keys, key, integerArgument(limit), value),
  },
};
