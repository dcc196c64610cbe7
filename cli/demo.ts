import { DEMO, type DemoOptions } from './run/arguments';
import { control } from './control/control';
import { parseControl } from './control/control-arguments';
import { perform, runProgram } from '../machine/command';
import { EXIT, Interrupted } from '../machine/errors';
import { Interruption } from '../machine/interruption';
import type { Outage } from './outage/outage';
import { standardOutput } from '../machine/terminal';
import { withShop } from './run/shop-process';
import { show } from './run/show';
import { usingTarget } from './target/discover';
import type { Target } from './target/target';

/** `npm run demo`: a run, or a command about one. Resolves with the exit code. */
async function main(): Promise<number> {
  const argv = process.argv.slice(2);
  const wanted = parseControl(argv);
  if (wanted === null) return perform(DEMO, argv, (options) => run({ ...options, curve: null }));
  if ('help' in wanted) {
    process.stdout.write(wanted.help);
    return EXIT.ok;
  }
  return control(
    wanted,
    standardOutput(() => process.exit(EXIT.failed)),
  );
}

async function run(options: DemoOptions): Promise<number> {
  let outage: Outage | null = null;
  const interruption = new Interruption((cause) =>
    output.line(
      `\n${cause}: stopping${outage?.how === 'config' ? ' when the stack has been updated' : ''}. Ctrl-C ends at once, without a heal.`,
    ),
  );
  const output = standardOutput(() => interruption.request('the output was closed'));
  interruption.listen(() => {
    if (outage?.hurry() === true) {
      output.line('The engine was asked to stop and is waited for: a killed one leaves the stack locked.');
      return false;
    }
    output.line(
      outage?.how === 'config'
        ? 'Ended without a heal: the next command heals it.'
        : 'Ended without a heal: the run expires by itself, and the console then restores the indexes; the next command heals, too.',
    );
    return true;
  });
  const onOutage = (made: Outage): void => {
    outage = made;
  };
  try {
    const showOn = (target: Target): Promise<number> => {
      if (target.kind === 'stack')
        output.line(`Stack ${target.name}: ${target.shopUrl}, console ${target.consoleUrl}.`);
      return show({ target, options, interruption, output, onOutage });
    };
    return options.target === 'stack'
      ? await usingTarget({ ...options, output }, showOn)
      : await withShop(options, interruption, output, showOn);
  } catch (error) {
    // Nothing had begun, or it is healed by now.
    if (!(error instanceof Interrupted)) throw error;
    output.line('Interrupted before anything was changed.');
    return EXIT.interrupted;
  }
}

runProgram(main);
