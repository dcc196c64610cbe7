import { messageOf } from '../../machine/errors';
import type { Interruption } from '../../machine/interruption';
import type { Output } from '../../machine/terminal';
import type { RunControls } from '../control/run-controls';

/** What the keys of a run's terminal do. Each prints what came of it. */
export interface KeyHandlers {
  pause: () => void;
  resume: () => void;
  goto: (minute: number) => void;
  abort: () => void;
  /** Ends a run that is held at its peak; null where none is. */
  heal: (() => void) | null;
  /** Ctrl-C, which a raw terminal no longer turns into a signal. */
  interrupt: () => void;
  /** Shows what is being typed. */
  echo: (text: string) => void;
}

/** The line that says which keys there are. */
export function keyHelp(heal: boolean): string {
  return `Keys: p pause · r resume · g go to a minute · ${heal ? 'h heal · ' : ''}a abort · q quit (both heal first)`;
}

/** Understands what is typed: single keys, and after `g` a minute and Enter (Escape gives it up). */
export class KeyReader {
  private digits: string | null = null;

  constructor(private readonly handlers: KeyHandlers) {}

  /** Takes in what the terminal sent. */
  type(text: string): void {
    for (const key of text) this.press(key);
  }

  private press(key: string): void {
    const { handlers } = this;
    if (key === '\u0003') {
      handlers.interrupt();
    } else if (this.digits !== null) {
      this.typeMinute(key, this.digits);
    } else if (key === 'p') {
      handlers.pause();
    } else if (key === 'r') {
      handlers.resume();
    } else if (key === 'g') {
      this.digits = '';
      handlers.echo('go to minute: ');
    } else if (key === 'h') {
      handlers.heal?.();
    } else if (key === 'a' || key === 'q') {
      handlers.abort();
    }
  }

  private typeMinute(key: string, digits: string): void {
    if (/^[0-9]$/.test(key) && digits.length < 4) {
      this.digits = digits + key;
      this.handlers.echo(key);
    } else if (key === '\u007f' || key === '\b') {
      if (digits === '') return;
      this.digits = digits.slice(0, -1);
      this.handlers.echo('\b \b');
    } else if (key === '\r' || key === '\n') {
      this.digits = null;
      this.handlers.echo('\n');
      if (digits !== '') this.handlers.goto(Number(digits));
    } else if (key === '\u001b') {
      this.digits = null;
      this.handlers.echo(' (given up)\n');
    }
  }
}

/**
 * Listens to the keys that control the run under way; each tells what came of it. Until the returned function is called,
 * or the process ends, the terminal is raw. Does nothing where standard input is no terminal.
 *
 * @param peak what `h` heals; null where nothing is ever held
 * @returns ends it
 */
export function listenForControls(
  controls: RunControls,
  peak: { heal: () => void } | null,
  interruption: Pick<Interruption, 'request'>,
  output: Output,
): () => void {
  const { stdin } = process;
  if (!stdin.isTTY) return () => undefined;
  output.line(keyHelp(peak !== null));
  const say = (work: Promise<string>): void =>
    void work.catch((error: unknown) => messageOf(error)).then((text) => output.line(text));
  const reader = new KeyReader({
    pause: () => say(controls.pause()),
    resume: () => say(controls.resume()),
    goto: (minute) => say(controls.goto(minute)),
    abort: () => interruption.request('a key'),
    heal: peak === null ? null : () => peak.heal(),
    interrupt: () => {
      process.kill(process.pid, 'SIGINT');
    },
    echo: (text) => {
      process.stdout.write(text);
    },
  });
  const onData = (chunk: Buffer): void => reader.type(chunk.toString('utf8'));
  const restore = (): void => {
    stdin.setRawMode(false);
  };
  stdin.setRawMode(true);
  stdin.on('data', onData).resume();
  process.once('exit', restore);
  return () => {
    process.off('exit', restore);
    stdin.off('data', onData).pause();
    restore();
  };
}
