import { duration } from '../report/format';
import { printable } from '../machine/printable';
import type { Screen } from '../machine/terminal';

/** Who is told of the start and the life of a shop. */
export type Reporter = Pick<ProgressReporter, 'step' | 'note' | 'problem' | 'detail'>;

/**
 * Tells steps with their times: a line when one is done, and while some are under way the status line says which and
 * where they stand.
 */
export class ProgressReporter {
  private readonly active = new Map<string, string>();

  constructor(
    private readonly screen: Screen,
    private readonly verbose: boolean,
  ) {}

  /** Begins a step; several may be under way at once. */
  step(name: string) {
    const began = performance.now();
    this.active.set(name, '');
    this.refresh();
    let told = 0;
    return {
      /** Where it stands, e.g. `250,000 of 500,000 rows`. */
      progress: (text: string): void => {
        this.active.set(name, printable(text));
        this.refresh();
        // Without a status line a long step still shows signs of life, not more than one in 5 s.
        if (text !== '' && !this.screen.rich && performance.now() - Math.max(told, began) > 5000) {
          told = performance.now();
          this.screen.line(`  ${name}: ${printable(text)}`);
        }
      },
      /** It is done; `detail` follows its name. */
      done: (detail?: string): void => {
        this.active.delete(name);
        const time = this.screen.styled(duration(performance.now() - began), 'dim');
        this.screen.line(
          `${this.screen.styled('✓', 'green')} ${name}${detail === undefined ? '' : `: ${printable(detail)}`}  ${time}`,
        );
        this.refresh();
      },
    };
  }

  /** Something that happened. */
  note(text: string): void {
    this.screen.line(`  ${printable(text)}`);
  }

  /** Something that went wrong. */
  problem(text: string): void {
    this.screen.line(`${this.screen.styled('!', 'red')} ${printable(text)}`);
  }

  /** Only told with --verbose. */
  detail(text: string): void {
    if (this.verbose) this.screen.line(this.screen.styled(`  ${text}`, 'dim'));
  }

  private refresh(): void {
    this.screen.setStatus(
      [...this.active].map(([name, text]) => (text === '' ? `${name} …` : `${name}: ${text}`)).join(' · '),
      'dim',
    );
  }
}
