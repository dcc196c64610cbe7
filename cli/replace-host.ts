import { backUp, restoreBackup } from './backup/backup-database';
import { backupFile } from './backup/backup-place';
import { replaceHost } from './backup/host-replacement';
import { runCheck } from './checks/check';
import { checkContext } from './checks/effective';
import { checkInstances } from './checks/platform';
import { checkRoutes } from './checks/routes';
import { checkTelemetryArrives } from './checks/telemetry';
import { discoverTarget } from './target/discover';
import { StackEngine } from './target/stack-engine';
import type { Target } from './target/target';
import { TARGET_OPTIONS } from './target/target-options';
import { runCommand } from '../machine/command';
import { EXIT } from '../machine/errors';
import { Interruption } from '../machine/interruption';
import { list, command, type OptionsOf } from '../machine/options';
import { standardOutput } from '../machine/terminal';

/** How long pods and telemetry may take to be there (ms). */
const PATIENCE_MS = 60_000;

/** Keys that take the data, or the host, from under the command. */
const NOT_WITH_A_REPLACEMENT = ['catalogRows', 'hostState', 'target'];

const REPLACE_HOST = command({
  name: 'replace-host',
  about: `Makes another EC2 host for a stack and keeps its orders: backs up, runs pulumi up, restores, and verifies.`,
  options: {
    stack: TARGET_OPTIONS.stack,
    dataDir: TARGET_OPTIONS.dataDir,
    set: list({
      placeholder: 'KEY=VALUE',
      help: 'a key of stack config that the new host is made with, e.g. k3sVersion=v1.36.5+k3s1; may be given several times',
      allowed: 'KEY=VALUE, e.g. instanceType=m7i.xlarge',
      parse: (given) => {
        const [, key, value] = /^([\w.[\]]+)=(.+)$/.exec(given) ?? [];
        return key === undefined || value === undefined ? null : ([key, value] as const);
      },
    }),
  },
  notes: `Another K3s release, zone, subnet, processor or spot makes a new host, whose database is empty; a host that is sick
is replaced without any --set. The update takes some minutes, in which there is no shop; orders of that time, and carts,
are lost. The demo stays in its mode, and an outage begins anew.

The backup is read again before anything is touched, and stays. Where a part fails, the message has the command that goes
on.

Exit codes: 0 replaced and verified, 1 refused, failed or not verified, 2 bad options, 130 interrupted.`,
  check: ({ set }, refuse) => {
    for (const [key] of set) {
      if (NOT_WITH_A_REPLACEMENT.includes(key))
        refuse(
          '--set',
          key,
          'a key that leaves catalog and host where they are: that one is an update of its own',
        );
    }
  },
});

async function main({ stack, dataDir, set }: OptionsOf<typeof REPLACE_HOST>): Promise<number> {
  const output = standardOutput(() => undefined);
  const engine = await StackEngine.open({ stack, output });
  const interruption = new Interruption(() => {
    output.line('Interrupted: the step under way ends first.');
    engine.cancel();
  });
  interruption.listen(() => !engine.busy);
  const check = (): void => interruption.check();
  // Address and logins are the stack's outputs, which the update may change.
  let target: Target = await find();
  const file = backupFile(target, new Date(), 'before-replacement');
  try {
    const good = await replaceHost(
      { stack, file, settings: Object.fromEntries(set) },
      {
        output,
        check,
        host: () => engine.outputOf('host'),
        backUp: () => backUp(target, file, { output, check }),
        configure: (values) => engine.configure(values),
        updateStack: async (message, replaced) => {
          await target.close();
          await engine.up(message, replaced);
          target = await find();
        },
        restore: (summary) => restoreBackup(target, file, summary, { output, check, keepScenario: true }),
        verification: () => {
          const context = checkContext(target, PATIENCE_MS, interruption, output);
          return [
            runCheck('instances', () => checkInstances(context)),
            runCheck('routes', () => checkRoutes(context)),
            runCheck('telemetry-arrives', () => checkTelemetryArrives(context)),
          ];
        },
      },
    );
    return good ? EXIT.ok : EXIT.failed;
  } finally {
    await target.close();
  }

  function find(): Promise<Target> {
    return discoverTarget({ target: 'stack', stack, dataDir, output });
  }
}

runCommand(REPLACE_HOST, main);
