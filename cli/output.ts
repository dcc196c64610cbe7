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
      if (open) process.stdout.write(`${text}\n`);
    },
  };
}

/** A duration for a person, e.g. `340 ms` or `12.4 s`. */
export function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** An amount for a person, in whole dollars, e.g. `$12,345`; `-` when it is not known. */
export function dollars(usd: number | null): string {
  return usd === null ? '-' : `$${Math.round(usd).toLocaleString('en-US')}`;
}

/** A share for a person, e.g. `28.0%`. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}
