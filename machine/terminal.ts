import { printable } from './printable';

/** Where a command tells what it does. */
export interface Output {
  /** One line (or several) of text. */
  line: (text: string) => void;
}

/** Tells nobody. */
export const silentOutput: Output = { line: () => undefined };

/** Lines on standard output. A reader that went away (`| head`) is told to `onClosed`, once. */
export function standardOutput(onClosed: () => void): Output {
  let open = true;
  process.stdout.on('error', () => {
    if (!open) return;
    open = false;
    onClosed();
  });
  return {
    line: (text) => {
      if (open) process.stdout.write(`${printable(text)}\n`);
    },
  };
}

/** Lines on standard error, where standard output is a program's to read. */
export const errorOutput: Output = {
  line: (text) => process.stderr.write(`${printable(text)}\n`),
};
