const ANSI = { green: 32, red: 31, yellow: 33, dim: 2, bold: 1 } as const;
export type Style = keyof typeof ANSI;

/** Where text goes. */
export interface Output {
  write(text: string): unknown;
  columns?: number;
}

/**
 * A terminal with lines that stay and one status line below them that is rewritten; without `rich` only the lines
 * that stay, without colours.
 */
export class Screen {
  private status = '';

  constructor(
    private readonly output: Output,
    readonly rich: boolean,
  ) {}

  /** Writes a line (or several) that stays. */
  line(text: string): void {
    this.output.write(this.rich ? `\r\x1b[2K${text}\n${this.status}` : `${text}\n`);
  }

  /** Rewrites the status line; nothing without `rich`. Plain text, cut to the terminal's width. */
  setStatus(text: string, style?: Style): void {
    if (!this.rich) return;
    const cut = text.slice(0, Math.max(20, (this.output.columns ?? 100) - 1));
    const status = style === undefined ? cut : this.styled(cut, style);
    if (status === this.status) return;
    this.status = status;
    this.output.write(`\r\x1b[2K${status}`);
  }

  /** Text in a style, as it is without `rich`. */
  styled(text: string, style: Style): string {
    return this.rich ? `\x1b[${String(ANSI[style])}m${text}\x1b[0m` : text;
  }
}
