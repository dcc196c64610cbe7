import { integerArgument } from './arguments-of';
import type { CommandTable } from './commands';
import type { Keyspace } from './keyspace';
import { CommandFault, OK, type Reply } from './reply';

interface SetOptions {
  expiresAt: number | null;
  keepExpiry: boolean;
  condition: 'nx' | 'xx' | null;
  answerOld: boolean;
}

/** Options of SET behind key and value: EX, PX, EXAT, PXAT, KEEPTTL, NX, XX, GET. */
function setOptions(words: readonly string[]): SetOptions {
  const options: SetOptions = { expiresAt: null, keepExpiry: false, condition: null, answerOld: false };
  const rest = [...words];
  const time = (unitMs: number, since: number): number => {
    const amount = integerArgument(rest.shift());
    if (amount <= 0) throw new CommandFault("ERR invalid expire time in 'set' command");
    return since + amount * unitMs;
  };
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const option = word.toLowerCase();
    if (option === 'ex') options.expiresAt = time(1000, Date.now());
    else if (option === 'px') options.expiresAt = time(1, Date.now());
    else if (option === 'exat') options.expiresAt = time(1000, 0);
    else if (option === 'pxat') options.expiresAt = time(1, 0);
    else if (option === 'keepttl') options.keepExpiry = true;
    else if (option === 'get') options.answerOld = true;
    else if ((option === 'nx' || option === 'xx') && options.condition === null) options.condition = option;
    else throw new CommandFault('ERR syntax error');
  }
  return options;
}

function setString(keys: Keyspace, [key = '', value = '', ...words]: readonly string[]): Reply {
  const options = setOptions(words);
  const old = options.answerOld ? keys.read(key, 'string') : null;
  const there = keys.has(key);
  if ((options.condition === 'nx' && there) || (options.condition === 'xx' && !there)) return old;
  const expiresAt = options.keepExpiry ? keys.expiryOf(key) : options.expiresAt;
  keys.write(key, { type: 'string', data: value }, expiresAt);
  return options.answerOld ? old : OK;
}

function increase(keys: Keyspace, key: string, by: number): number {
  const sum = integerArgument(keys.read(key, 'string') ?? '0') + by;
  if (!Number.isSafeInteger(sum)) throw new CommandFault('ERR increment or decrement would overflow');
  keys.write(key, { type: 'string', data: String(sum) }, keys.expiryOf(key));
  return sum;
}

export const stringCommands: CommandTable = {
  get: { arity: [1, 1], run: (keys, [key = '']) => keys.read(key, 'string') },
  set: { arity: [2, Infinity], run: setString },
  setex: {
    arity: [3, 3],
    run: (keys, [key = '', seconds = '', value = '']) => setString(keys, [key, value, 'EX', seconds]),
  },
  setnx: {
    arity: [2, 2],
    run: (keys, [key = '', value = '']) => Number(setString(keys, [key, value, 'NX']) === OK),
  },
  mget: {
    arity: [1, Infinity],
    run: (keys, args) => args.map((key) => (keys.typeOf(key) === 'string' ? keys.read(key, 'string') : null)),
  },
  mset: {
    arity: [2, Infinity],
    run: (keys, args) => {
      if (args.length % 2 !== 0) throw new CommandFault("ERR wrong number of arguments for 'mset' command");
      for (let at = 0; at < args.length; at += 2) {
        keys.write(args[at] ?? '', { type: 'string', data: args[at + 1] ?? '' });
      }
      return OK;
    },
  },
  incr: { arity: [1, 1], run: (keys, [key = '']) => increase(keys, key, 1) },
  decr: { arity: [1, 1], run: (keys, [key = '']) => increase(keys, key, -1) },
  incrby: { arity: [2, 2], run: (keys, [key = '', by]) => increase(keys, key, integerArgument(by)) },
  decrby: { arity: [2, 2], run: (keys, [key = '', by]) => increase(keys, key, -integerArgument(by)) },
};
