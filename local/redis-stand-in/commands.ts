import { hashCommands } from './hash-commands';
import { keyCommands } from './key-commands';
import type { Keyspace } from './keyspace';
import { listCommands } from './list-commands';
import type { Reply } from './reply';
import { setCommands } from './set-commands';
import { sortedSetCommands } from './sorted-set-commands';
import { stringCommands } from './string-commands';

/** A command on the keyspace. `args` are without the name. */
export interface Command {
  /** Number of arguments allowed, both inclusive. */
  arity: readonly [min: number, max: number];
  run: (keys: Keyspace, args: readonly string[]) => Reply;
}

export type CommandTable = Readonly<Record<string, Command>>;

/** All commands on keys, by lower-case name. What is about the connection is in connection.ts. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map(
  Object.entries({
    ...keyCommands,
    ...stringCommands,
    ...hashCommands,
    ...listCommands,
    ...setCommands,
    ...sortedSetCommands,
  }),
);
