import { runCheck } from './checks/check';
import { checkContext } from './checks/effective';
import { checkConfigClean, checkDemoMode } from './checks/normal';
import { checkInstances } from './checks/platform';
import { checkRoutes } from './checks/routes';
import { checkTelemetryArrives } from './checks/telemetry';
import { cleanConfig, rollback } from './rollback/rollback';
import { judgeImages, rollbackRelease } from './rollback/release';
import { rollbackDatabase } from './rollback/rollback-database';
import { discoverTarget } from './target/discover';
import { StackEngine } from './target/stack-engine';
import type { Target } from './target/target';
import { TARGET_OPTIONS } from './target/target-options';
import { runCommand } from '../machine/command';
import { EXIT, Refusal } from '../machine/errors';
import { Interruption } from '../machine/interruption';
import { choice, flag, REPOSITORY, command, type OptionsOf } from '../machine/options';
import { printableJson } from '../machine/printable';
import { errorOutput, standardOutput, type Output } from '../machine/terminal';

/** How long everything may take to be well again (ms): a killed PostgreSQL replays its log first. */
const PATIENCE_MS = 45_000;

const ROLLBACK = command({
  name: 'rollback',
  about: `Puts the shop back to normal operations, from whatever state: ends a run, sets the stack's config to demoMode
normal, drops an invalid index, builds the missing ones, and waits until pools, traffic and storage have followed.`,
  options: {
    ...TARGET_OPTIONS,
    release: choice(['previous'], {
      help: 'deploy the release before instead: image and config of then; the demo stays in its mode (a stack only)',
      fallback: null,
    }),
    json: flag('the result as JSON on standard output'),
  },
  notes: `Then five things are verified: demo mode is normal, the config is clean, telemetry flows, no route answers 404, and
everything that runs is ready. A second rollback changes nothing.

Each pulumi up records image and config of its release in the stack's output releases; --release previous goes back by it.

Exit codes: 0 back to normal, 1 a check failed or the shop was not found, 2 bad options, 130 interrupted.`,
});
type RollbackOptions = OptionsOf<typeof ROLLBACK>;

async function main(options: RollbackOptions): Promise<number> {
  const output: Output = options.json ? errorOutput : standardOutput(() => undefined);
  const interruption = new Interruption(() =>
    output.line('Interrupted: run it again, it goes on where it stopped.'),
  ).listen();
  if (options.release !== null && options.target === 'local') throw new Refusal(OF_A_LOCAL_SHOP);
  const target = await open(options, output);
  try {
    const result =
      options.release === null
        ? await rollbackOf(target, interruption, output)
        : await releaseOf(target, interruption, output);
    if (options.json) process.stdout.write(`${printableJson(result)}\n`);
    return result.ok ? EXIT.ok : EXIT.failed;
  } finally {
    await target.close();
  }
}

/** A local shop runs the folder's own code. */
const OF_A_LOCAL_SHOP =
  'A local shop runs the code of this folder: stop it, check the earlier commit out (git checkout COMMIT), and npm start. ' +
  'Of a deployed stack: npm run rollback -- --release previous --target stack --stack NAME';

/** The shop; when none runs its config is cleaned at least, so that its next start heals it. */
async function open(options: RollbackOptions, output: Output): Promise<Target> {
  try {
    return await discoverTarget({ ...options, output });
  } catch (error) {
    if (!(error instanceof Refusal) || options.target !== 'local') throw error;
    output.line('No shop runs: its stack file alone can be put back.');
    cleanConfig({ config: { projectDir: REPOSITORY, stack: options.stack } }, output);
    throw new Refusal(`${error.message} Its start then heals: the stack file says normal.`);
  }
}

async function releaseOf(target: Target, interruption: Interruption, output: Output) {
  const context = checkContext(target, PATIENCE_MS, interruption, output);
  const engine = await StackEngine.open({ stack: target.stack, output });
  return rollbackRelease(target, {
    output,
    check: () => interruption.check(),
    releases: await engine.outputOf('releases'),
    updateStack: (message) => engine.up(message),
    verification: ({ image }) => [
      runCheck('instances', () => checkInstances(context)),
      runCheck('release', async () => judgeImages(await target.instances(), image)),
      runCheck('routes', () => checkRoutes(context)),
    ],
  });
}

function rollbackOf(target: Target, interruption: Interruption, output: Output) {
  const context = checkContext(target, PATIENCE_MS, interruption, output);
  const { observer, wait } = context;
  return rollback(target, {
    observer,
    output,
    wait,
    patienceMs: PATIENCE_MS,
    check: () => interruption.check(),
    database: () => rollbackDatabase(target, { output, wait }),
    updateStack: async () => {
      const engine = await StackEngine.open({ stack: target.stack, output });
      await engine.up('rollback');
    },
    // The seeds' five criteria.
    verification: () => [
      runCheck('demo-mode', () => checkDemoMode(context)),
      runCheck('config-clean', () => checkConfigClean(context)),
      runCheck('telemetry-arrives', () => checkTelemetryArrives(context)),
      runCheck('routes', () => checkRoutes(context)),
      runCheck('instances', () => checkInstances(context)),
    ],
  });
}

runCommand(ROLLBACK, main);
