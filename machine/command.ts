// Before all others: what is loaded after the second is taken from the cache.
import './node/runtime';
import './node/compile-cache';
import { EXIT, hasCode, Interrupted, messageOf, Refusal, stackOf } from './errors';
import { helpOf, readCommand, type Command, type OptionTable, type ValuesOf } from './options';
import { errorOutput } from './terminal';

/** Runs a program's `main` and ends the process: with its exit code, and a user's fault without a stack. */
export function runProgram(main: () => Promise<number>): void {
  main().then(
    (code) => {
      process.exit(code);
    },
    (error: unknown) => {
      if (error instanceof Interrupted) process.exit(EXIT.interrupted);
      const expected = asRefusal(error);
      errorOutput.line(expected?.message ?? stackOf(error));
      process.exit(expected?.exitCode ?? EXIT.failed);
    },
  );
}

/** What the user can put right, as it is printed; null for a fault of ours. */
function asRefusal(error: unknown): Refusal | null {
  if (error instanceof Refusal) return error;
  const isFull = ['ENOSPC', 'EDQUOT'].some((code) => hasCode(error, code));
  return isFull ? new Refusal(`${messageOf(error)}: make room there, or choose another folder.`) : null;
}

/** Does what a command line says: `work` with its options, or `--help`. Resolves with the exit code. */
export async function perform<T extends OptionTable>(
  command: Command<T>,
  argv: readonly string[],
  work: (values: ValuesOf<T>, positionals: string[]) => Promise<number>,
): Promise<number> {
  const read = readCommand(command, argv);
  if (read !== null) return work(read.values, read.positionals);
  process.stdout.write(helpOf(command));
  return EXIT.ok;
}

/** A program that is one command. */
export function runCommand<T extends OptionTable>(
  command: Command<T>,
  work: (values: ValuesOf<T>, positionals: string[]) => Promise<number>,
): void {
  runProgram(() => perform(command, process.argv.slice(2), work));
}
