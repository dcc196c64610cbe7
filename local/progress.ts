import type { Reporter, Step } from './reporter';
import { duration } from '../report/format';
import { printable } from '../machine/printable';
import type { Screen } from '../machine/terminal';

/**
 * Tells steps with their times: a line when one is done, and while some are under way the status line says which and
 * where they stand.
 */
export class ProgressReporter implements Reporter {
  private readonly active = new Map<string, string>();

  constructor(
    private readonly screen: Screen,
    private readonly verbose: boolean,
  ) {}

  step(name: string): Step {
    const began = performance.now();
    this.active.set(name, '');
    this.refresh();
    let told = 0;
    return {
      progress: (text) => {
        this.active.set(name, printable(text));
        this.refresh();
        // Without a status line a long step still shows signs of life, not more than one in 5 s.
        if (text !== '' && !this.screen.rich && performance.now() - Math.max(told, began) > 5000) {
          told = performance.now();
          this.screen.line(`  ${name}: ${printable(text)}`);
        }
      },
      done: (detail) => {
        this.active.delete(name);
        const time = this.screen.styled(duration(performance.now() - began), 'dim');
        this.screen.line(
          `${this.screen.styled('✓', 'green')} ${name}${detail === undefined ? '' : `: ${printable(detail)}`}  ${time}`,
        );
        this.refresh();
      },
    };
  }

  note(text: string): void {
    this.screen.line(`  ${printable(text)}`);
  }

  problem(text: string): void {
    this.screen.line(`${this.screen.styled('!', 'red')} ${printable(text)}`);
  }

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
