import { integerArgument, rangeBounds, scoreArgument, scoreText } from './arguments-of';
import type { CommandTable } from './commands';
import type { Keyspace, SortedSet } from './keyspace';
import { CommandFault } from './reply';

const makeSortedSet = (): SortedSet => new Map<string, number>();

/** By score, then by name byte by byte. */
const inOrder = (set: SortedSet): [string, number][] =>
  [...set].sort(([nameA, a], [nameB, b]) => a - b || (nameA < nameB ? -1 : Number(nameA > nameB)));

function range(keys: Keyspace, args: readonly string[], reverse: boolean): string[] {
  const [key = '', start, stop, ...words] = args;
  const options = words.map((word) => word.toLowerCase());
  if (options.some((option) => option !== 'withscores' && option !== 'rev')) {
    throw new CommandFault('ERR syntax error');
  }
  const members = inOrder(keys.read(key, 'zset') ?? makeSortedSet());
  if (reverse || options.includes('rev')) members.reverse();
  const found = members.slice(...rangeBounds(integerArgument(start), integerArgument(stop), members.length));
  return options.includes('withscores')
    ? found.flatMap(([member, score]) => [member, scoreText(score)])
    : found.map(([member]) => member);
}

export const sortedSetCommands: CommandTable = {
  zadd: {
    arity: [3, Infinity],
    run: (keys, [key = '', ...pairs]) => {
      if (pairs.length % 2 !== 0) throw new CommandFault('ERR syntax error');
      const scores = pairs.filter((_, at) => at % 2 === 0).map(scoreArgument);
      return keys.change(key, 'zset', makeSortedSet, (set) => {
        const before = set.size;
        scores.forEach((score, at) => set.set(pairs[at * 2 + 1] ?? '', score));
        return set.size - before;
      });
    },
  },
  zincrby: {
    arity: [3, 3],
    run: (keys, [key = '', by, member = '']) =>
      keys.change(key, 'zset', makeSortedSet, (set) => {
        const score = (set.get(member) ?? 0) + scoreArgument(by);
        set.set(member, score);
        return scoreText(score);
      }),
  },
  zscore: {
    arity: [2, 2],
    run: (keys, [key = '', member = '']) => {
      const score = keys.read(key, 'zset')?.get(member);
      return score === undefined ? null : scoreText(score);
    },
  },
  zcard: { arity: [1, 1], run: (keys, [key = '']) => keys.read(key, 'zset')?.size ?? 0 },
  zrem: {
    arity: [2, Infinity],
    run: (keys, [key = '', ...members]) =>
      keys.change(key, 'zset', makeSortedSet, (set) => members.filter((member) => set.delete(member)).length),
  },
  zrange: { arity: [3, 5], run: (keys, args) => range(keys, args, false) },
  zrevrange: { arity: [3, 4], run: (keys, args) => range(keys, args, true) },
  zremrangebyrank: {
    arity: [3, 3],
    run: (keys, [key = '', start, stop]) =>
      keys.change(key, 'zset', makeSortedSet, (set) => {
        const bounds = rangeBounds(integerArgument(start), integerArgument(stop), set.size);
        return inOrder(set)
          .slice(...bounds)
          .filter(([member]) => set.delete(member)).length;
      }),
  },
};
