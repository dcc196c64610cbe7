import { messageOf } from './errors';
import { printable } from './printable';

/** Where a command tells what it does. */
export interface Output {
  /** One line (or several) of text. */
  line: (text: string) => void;
}

/** Tells nobody. */
export const silentOutput: Output = { line: () => undefined };

/**
 * Tells, once, that standard output is lost: its reader went away (`| head`), its terminal was closed, its disk is full.
 * Without a listener that error would end the process there and then.
 *
 * @param onLost told why
 */
export function whenOutputIsLost(onLost: (why: string) => void): void {
  let lost = false;
  process.stdout.on('error', (error) => {
    if (lost) return;
    lost = true;
    onLost(messageOf(error));
  });
}

/** Lines on standard output. When it is lost, `onClosed` is called, once. */
export function standardOutput(onClosed: () => void): Output {
  let open = true;
  whenOutputIsLost(() => {
    open = false;
    onClosed();
  });
  return {
    line: (text) => {
      if (open) process.stdout.write(`${printable(text)}\n`);
    },
  };
}

let hearsErrors = false;

/** Lines on standard error, where standard output is a program's to read. Where that is lost, too, nothing can be printed. */
export const errorOutput: Output = {
  line: (text) => {
    if (!hearsErrors) process.stderr.on('error', () => undefined);
    hearsErrors = true;
    process.stderr.write(`${printable(text)}\n`);
  },
};

const ANSI = { green: 32, red: 31, dim: 2, bold: 1 } as const;
type Style = keyof typeof ANSI;
/** The sequences that `Screen.styled` writes; those at odd places of a split. */
const OWN_STYLE = new RegExp(`(\\x1b\\[(?:0|${Object.values(ANSI).join('|')})m)`);
const printableBut = (part: string, place: number): string => (place % 2 === 1 ? part : printable(part));

/**
 * A terminal with lines that stay and one status line below them that is rewritten; without `rich` only the lines
 * that stay, without colours.
 */
export class Screen implements Output {
  private status = '';

  constructor(
    private readonly stream: Pick<NodeJS.WriteStream, 'write' | 'columns'>,
    readonly rich: boolean,
  ) {}

  /** Writes a line (or several) that stays; of escape sequences in it only `styled`'s. */
  line(text: string): void {
    const shown = this.rich ? text.split(OWN_STYLE).map(printableBut).join('') : printable(text);
    this.stream.write(this.rich ? `\r\x1b[2K${shown}\n${this.status}` : `${shown}\n`);
  }

  /** Rewrites the status line; nothing without `rich`. Plain text, cut to the terminal's width. */
  setStatus(text: string, style?: Style): void {
    if (!this.rich) return;
    const cut = printable(text)
      .replaceAll('\n', ' ')
      .slice(0, Math.max(20, (this.stream.columns || 100) - 1));
    const status = style === undefined ? cut : this.styled(cut, style);
    if (status === this.status) return;
    this.status = status;
    this.stream.write(`\r\x1b[2K${status}`);
  }

  /** Text in a style, as it is without `rich`. Whatever wrote it, no escape sequence in it is another's. */
  styled(text: string, style: Style): string {
    return this.rich ? `\x1b[${String(ANSI[style])}m${printable(text)}\x1b[0m` : text;
  }
}
