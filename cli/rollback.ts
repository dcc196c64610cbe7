import { runCheck } from './checks/check';
import type { CheckContext } from './checks/context';
import { readEffective } from './checks/effective';
import { checkConfigClean, checkDemoMode } from './checks/normal';
import { checkInstances } from './checks/platform';
import { checkRoutes } from './checks/routes';
import { checkTelemetryArrives } from './checks/telemetry';
import { ShopObserver } from './observation/shop-observer';
import { cleanConfig, rollback, type Rollback } from './rollback/rollback';
import { rollbackDatabase } from './rollback/rollback-database';
import { discoverTarget } from './target/discover';
import { StackEngine } from './target/stack-engine';
import type { Target } from './target/target';
import { TARGET_OPTIONS } from './target/target-options';
import { runCommand } from '../machine/command';
import { EXIT, Refusal } from '../machine/errors';
import { Interruption } from '../machine/interruption';
import { flag, REPOSITORY, type Command, type ValuesOf } from '../machine/options';
import { printableJson } from '../machine/printable';
import { errorOutput, standardOutput, type Output } from '../machine/terminal';

/** How long everything may take to be well again (ms): a killed PostgreSQL replays its log first. */
const PATIENCE_MS = 45_000;

const OPTIONS = { ...TARGET_OPTIONS, json: flag('the result as JSON on standard output') };
type RollbackOptions = ValuesOf<typeof OPTIONS>;

const ROLLBACK: Command<typeof OPTIONS> = {
  name: 'rollback',
  about: `Puts the shop back to normal operations, from whatever state: ends a run, sets the stack's config to demoMode
normal, drops an invalid index, builds the missing ones, and waits until pools, traffic and storage have followed.`,
  options: OPTIONS,
  notes: `Then five things are verified: demo mode is normal, the config is clean, telemetry flows, no route answers 404, and
everything that runs is ready. A second rollback changes nothing.

Exit codes: 0 back to normal, 1 a check failed or the shop was not found, 2 bad options, 130 interrupted.`,
};

/** `npm run rollback`. Resolves with the exit code. */
async function main(options: RollbackOptions): Promise<number> {
  const output: Output = options.json ? errorOutput : standardOutput(() => undefined);
  const interruption = new Interruption(() => {
    output.line('Interrupted: run it again, it goes on where it stopped.');
  });
  interruption.listen(() => true);
  const target = await open(options, output);
  try {
    const result = await rollbackOf(target, interruption, output);
    if (options.json) process.stdout.write(`${printableJson(result)}\n`);
    return result.ok ? EXIT.ok : EXIT.failed;
  } finally {
    await target.close();
  }
}

/** The shop; when none runs its config is cleaned at least, so that its next start heals it. */
async function open(options: RollbackOptions, output: Output): Promise<Target> {
  try {
    return await discoverTarget({ ...options, repositoryDir: REPOSITORY, output });
  } catch (error) {
    if (!(error instanceof Refusal) || options.target !== 'local') throw error;
    output.line('No shop runs: its stack file alone can be put back.');
    cleanConfig({ config: { projectDir: REPOSITORY, stack: options.stack } }, output);
    throw new Refusal(`${error.message} Its start then heals: the stack file says normal.`);
  }
}

function rollbackOf(target: Target, interruption: Interruption, output: Output): Promise<Rollback> {
  const wait = (ms: number): Promise<void> => interruption.wait(ms);
  const observer = new ShopObserver(target);
  const context: CheckContext = {
    target,
    observer,
    effective: () => readEffective(target),
    patienceMs: PATIENCE_MS,
    output,
    wait,
    repositoryDir: REPOSITORY,
  };
  return rollback(target, {
    observer,
    output,
    wait,
    patienceMs: PATIENCE_MS,
    check: () => {
      interruption.check();
    },
    database: () => rollbackDatabase(target, { output, wait }),
    updateStack: async () => {
      const engine = await StackEngine.open({ stack: target.stack, repositoryDir: REPOSITORY, output });
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
