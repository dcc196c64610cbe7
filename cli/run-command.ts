import { EXIT, Interrupted, Refusal } from '../machine/errors';
import { errorOutput } from '../machine/terminal';

/** Runs a command's `main` and ends the process: with its exit code, and a user's fault without a stack. */
export function runCommand(main: () => Promise<number>): void {
  main().then(
    (code) => {
      process.exit(code);
    },
    (error: unknown) => {
      if (error instanceof Interrupted) process.exit(EXIT.interrupted);
      const expected = error instanceof Refusal;
      errorOutput.line(
        expected ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error),
      );
      process.exit(expected ? error.exitCode : EXIT.failed);
    },
  );
}
