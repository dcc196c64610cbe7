import { integerArgument } from './arguments-of';
import type { CommandTable } from './commands';
import { OK, SimpleString } from './reply';

const count = (items: readonly string[], test: (item: string) => boolean): number =>
  items.filter(test).length;

/** Turns Redis's time to live (ms, negative codes kept) into seconds, rounded as Redis does. */
const toSeconds = (ttlMs: number): number => (ttlMs < 0 ? ttlMs : Math.round(ttlMs / 1000));

/** A glob pattern of KEYS as a regular expression. */
function globPattern(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}

export const keyCommands: CommandTable = {
  del: { arity: [1, Infinity], run: (keys, args) => count(args, (key) => keys.remove(key)) },
  unlink: { arity: [1, Infinity], run: (keys, args) => count(args, (key) => keys.remove(key)) },
  exists: { arity: [1, Infinity], run: (keys, args) => count(args, (key) => keys.has(key)) },
  type: { arity: [1, 1], run: (keys, [key = '']) => new SimpleString(keys.typeOf(key) ?? 'none') },
  expire: {
    arity: [2, 2],
    run: (keys, [key = '', seconds]) =>
      Number(keys.expireAt(key, Date.now() + integerArgument(seconds) * 1000)),
  },
  pexpire: {
    arity: [2, 2],
    run: (keys, [key = '', ms]) => Number(keys.expireAt(key, Date.now() + integerArgument(ms))),
  },
  expireat: {
    arity: [2, 2],
    run: (keys, [key = '', seconds]) => Number(keys.expireAt(key, integerArgument(seconds) * 1000)),
  },
  persist: {
    arity: [1, 1],
    run: (keys, [key = '']) => Number(keys.expiryOf(key) !== null && keys.expireAt(key, null)),
  },
  ttl: { arity: [1, 1], run: (keys, [key = '']) => toSeconds(keys.timeToLive(key)) },
  pttl: { arity: [1, 1], run: (keys, [key = '']) => keys.timeToLive(key) },
  keys: {
    arity: [1, 1],
    run: (keys, [glob = '']) => keys.keys().filter((key) => globPattern(glob).test(key)),
  },
  dbsize: { arity: [0, 0], run: (keys) => keys.size },
  flushall: { arity: [0, 1], run: (keys) => (keys.clear(), OK) },
  flushdb: { arity: [0, 1], run: (keys) => (keys.clear(), OK) },
};
