import { runCommand } from '../machine/command';
import { EXIT } from '../machine/errors';
import { Interruption } from '../machine/interruption';
import { flag, command, type OptionsOf } from '../machine/options';
import { standardOutput } from '../machine/terminal';
import { usingTarget } from './target/discover';
import { showConsole } from './target/show-console';
import { TARGET_OPTIONS } from './target/target-options';

const CONSOLE = command({
  name: 'console',
  about: "Opens a deployed stack's console on this machine, through the Kubernetes API.",
  usage: '--stack NAME',
  options: {
    stack: TARGET_OPTIONS.stack,
    dataDir: TARGET_OPTIONS.dataDir,
    token: flag('print an address that unlocks run-time control: it has the admin token in it'),
  },
  notes: `Run-time control of a stack is reached this way only: the API's TLS carries the admin token. The page's own NodePort
(pulumi stack output consoleUrl) is for watching. It is open until Ctrl-C.

Exit codes: 0 ended by Ctrl-C, 1 no such stack or no console that is ready, 2 bad options.`,
});

async function main(options: OptionsOf<typeof CONSOLE>): Promise<number> {
  const output = standardOutput(() => undefined);
  const interruption = new Interruption(() => undefined).listen();
  return usingTarget({ ...options, target: 'stack', output }, async (target) => {
    await showConsole(target, options, output, interruption.signal);
    return interruption.error === null ? EXIT.ok : EXIT.failed;
  });
}

runCommand(CONSOLE, main);
