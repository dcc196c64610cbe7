import { DEMO, type DemoOptions } from './run/arguments';
import { control } from './control/control';
import { parseControl } from './control/control-arguments';
import { perform, runProgram } from '../machine/command';
import { EXIT, Interrupted } from '../machine/errors';
import { Interruption } from '../machine/interruption';
import { localTarget } from './target/local-target';
import type { Outage } from './outage/outage';
import { standardOutput, type Output } from '../machine/terminal';
import { openShop, type OpenShop } from './run/shop-process';
import { show } from './run/show';
import { discoverTarget } from './target/discover';

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

/** A run, with everything that may interrupt it. */
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
    return options.target === 'stack'
      ? await showStack(options, interruption, output, onOutage)
      : await showLocal(options, interruption, output, onOutage);
  } catch (error) {
    // Nothing had begun, or it is healed by now.
    if (!(error instanceof Interrupted)) throw error;
    output.line('Interrupted before anything was changed.');
    return EXIT.interrupted;
  }
}

async function showStack(
  options: DemoOptions,
  interruption: Interruption,
  output: Output,
  onOutage: (outage: Outage) => void,
): Promise<number> {
  const target = await discoverTarget({ ...options, output });
  output.line(`Stack ${target.name}: ${target.shopUrl}, console ${target.consoleUrl}.`);
  try {
    return await show({ target, options, interruption, output, onOutage });
  } finally {
    await target.close();
  }
}

async function showLocal(
  options: DemoOptions,
  interruption: Interruption,
  output: Output,
  onOutage: (outage: Outage) => void,
): Promise<number> {
  let open: OpenShop | null = null;
  try {
    open = await openShop(options, interruption, output);
    const target = localTarget(open.shop, options);
    return await show({ target, options, interruption, output, onOutage });
  } finally {
    if (open?.startedHere === true) {
      output.line('Stopping the shop.');
      await open.close();
    }
  }
}

runProgram(main);
