import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { allOk, checkLines, runCheck, type CheckResult } from './checks/check';
import type { CheckContext } from './checks/context';
import { readEffective } from './checks/effective';
import { checkConfigClean, checkDemoMode, readStackFile } from './checks/normal';
import { checkInstances } from './checks/platform';
import { checkRoutes } from './checks/routes';
import { checkTelemetryArrives } from './checks/telemetry';
import { restoreConfig } from './run/config-before';
import { runCommand } from '../machine/command';
import { EXIT, messageOf, Refusal } from '../machine/errors';
import { describeIntent } from './control/intent';
import { Interruption } from '../machine/interruption';
import { FailureWatch } from './run/recovery';
import { duration, percent } from '../report/format';
import { errorOutput, standardOutput, type Output } from '../machine/terminal';
import { rollbackDatabase } from './rollback/rollback-database';
import { readTraffic } from './checks/traffic';
import { flag, REPOSITORY, type Command, type ValuesOf } from '../machine/options';
import { StackEngine } from './target/stack-engine';
import { cleanStackFile } from './target/stack-file';
import { discoverTarget, type Target } from './target/target';
import { TARGET_OPTIONS } from './target/target-options';

/** How long everything may take to be well again (ms): a killed PostgreSQL replays its log first. */
const PATIENCE_MS = 45_000;
const POLL_MS = 500;
/** Most failed checkouts of the last ten seconds. */
const HEALED_ERROR_RATE = 0.02;

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

/** What `--json` prints. */
interface Rollback {
  target: string;
  name: string;
  at: string;
  ok: boolean;
  /** From the beginning until all was verified (s). */
  verifiedAfterSeconds: number;
  /** From the beginning to the last failed checkout (s); 0 when none failed. */
  timeToRecoverSeconds: number;
  checks: CheckResult[];
}

/** `npm run rollback`. Resolves with the exit code. */
async function main(options: RollbackOptions): Promise<number> {
  const output: Output = options.json ? errorOutput : standardOutput(() => undefined);
  const interruption = new Interruption(() => {
    output.line('Interrupted: run it again, it goes on where it stopped.');
  });
  interruption.listen(() => true);
  const target = await open(options, output);
  try {
    const result = await rollback(target, interruption, output);
    if (options.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
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

async function rollback(target: Target, interruption: Interruption, output: Output): Promise<Rollback> {
  const started = performance.now();
  const wait = (ms: number): Promise<void> => interruption.wait(ms);
  output.line(`Rollback of ${target.kind === 'local' ? 'the shop of' : 'stack'} ${target.name}`);
  const watch = new FailureWatch(async () => {
    const { demo } = await readTraffic(target);
    return { errors: demo.errors, recent: demo.last10s.errors };
  });
  try {
    // At run time first: it heals within a second. The config then makes it last.
    const { wasOutage, trouble } = await rollbackDatabase(target, { output, wait }).then(
      (done) => ({ ...done, trouble: null }),
      (error: unknown) => {
        interruption.check();
        output.line(`  ✗ PostgreSQL: ${messageOf(error)}`);
        return { wasOutage: true, trouble: messageOf(error) };
      },
    );
    const configured = await rollbackConfig(target, wasOutage, output);
    output.line('Verify');
    const checks = await verify(contextOf(target, wait, output), interruption, output);
    const recovered = await checkoutsRecovered(target, wait, trouble);
    output.line(`  ${recovered.ok ? '✓' : '✗'} ${recovered.text}`);
    const ok = allOk(checks) && recovered.ok && trouble === null && configured;
    // What a killed run wrote down to be healed, is.
    if (ok) await target.intents.clear();
    await watch.stop();
    const last = watch.last.at;
    const recovery = Math.max(0, (last ?? started) - started);
    const took = performance.now() - started;
    output.line(
      ok
        ? `✓ back to normal: verified after ${duration(took)}` +
            (last === null
              ? ', no checkout failed meanwhile'
              : `, the last checkout failed after ${duration(recovery)}`)
        : '✗ not back to normal: what to do is said with each failure; then run it again',
    );
    return {
      target: target.kind,
      name: target.name,
      at: new Date().toISOString(),
      ok,
      verifiedAfterSeconds: Math.round(took / 100) / 10,
      timeToRecoverSeconds: Math.round(recovery / 100) / 10,
      checks,
    };
  } finally {
    await watch.stop();
  }
}

/**
 * Puts the stack's config back, as it was before a run that changed it and was killed; a stack is updated then.
 *
 * @returns false when the update failed: the shop is healed, but the next `pulumi up` is not known to go well
 */
async function rollbackConfig(target: Target, wasOutage: boolean, output: Output): Promise<boolean> {
  const intent = await target.intents.read().catch(() => null);
  if (target.kind === 'stack' && intent?.configBefore != null) {
    try {
      output.line(`  ${restoreConfig(target, intent.configBefore)} ${describeIntent(intent)}`);
    } catch (error) {
      output.line(`  ✗ ${messageOf(error)}`);
      return false;
    }
  }
  const changed = cleanConfig(target, output);
  if (target.kind === 'local' || !(changed || wasOutage || intent?.how === 'config')) return true;
  output.line(`  pulumi up --stack ${target.stack}`);
  try {
    const engine = await StackEngine.open({ stack: target.stack, repositoryDir: REPOSITORY, output });
    await engine.up('rollback');
    return true;
  } catch (error) {
    output.line(`  ✗ the shop is healed at run time, but the stack's state is not: ${messageOf(error)}`);
    return false;
  }
}

/** Takes the outage out of the stack's file. A fault in it is told, and shows in the verification. True: changed. */
function cleanConfig(target: Pick<Target, 'config'>, output: Output): boolean {
  try {
    const { file, text } = readStackFile(target);
    const cleaned = cleanStackFile(text, file);
    if (cleaned.changes.length === 0) {
      output.line(`  ${path.basename(file)} is clean`);
      return false;
    }
    writeFileSync(file, cleaned.text);
    output.line(`  ${path.basename(file)}: ${cleaned.changes.join(', ')}`);
    return true;
  } catch (error) {
    output.line(`  ✗ the stack's config cannot be cleaned: ${messageOf(error)}`);
    return false;
  }
}

function contextOf(target: Target, wait: CheckContext['wait'], output: Output): CheckContext {
  return {
    target,
    effective: () => readEffective(target),
    patienceMs: PATIENCE_MS,
    output,
    wait,
    repositoryDir: REPOSITORY,
  };
}

/** The seeds' five criteria. */
async function verify(
  context: CheckContext,
  interruption: Interruption,
  output: Output,
): Promise<CheckResult[]> {
  const results = [
    runCheck('demo-mode', () => checkDemoMode(context)),
    runCheck('config-clean', () => checkConfigClean(context)),
    runCheck('telemetry-arrives', () => checkTelemetryArrives(context)),
    runCheck('routes', () => checkRoutes(context)),
    runCheck('instances', () => checkInstances(context)),
  ];
  const checks: CheckResult[] = [];
  for (const check of results) {
    const result = await check;
    interruption.check();
    checks.push(result);
    for (const line of checkLines(result)) output.line(line);
  }
  return checks;
}

/** Under 2 % of the checkouts of the last ten seconds failed. */
async function checkoutsRecovered(
  target: Target,
  wait: CheckContext['wait'],
  trouble: string | null,
): Promise<{ ok: boolean; text: string }> {
  const deadline = performance.now() + (trouble === null ? PATIENCE_MS : 0);
  for (;;) {
    let text: string;
    try {
      const { requests, errors } = (await readTraffic(target)).demo.last10s;
      const rate = requests === 0 ? null : errors / requests;
      if (rate !== null && rate < HEALED_ERROR_RATE)
        return {
          ok: true,
          text: `Checkouts: ${percent(rate)} of the last ten seconds failed (of ${requests})`,
        };
      text = `Checkouts: ${errors} of ${requests} of the last ten seconds failed`;
    } catch (error) {
      text = `Checkouts: the load generator does not tell (${messageOf(error)})`;
    }
    if (performance.now() > deadline) return { ok: false, text };
    await wait(POLL_MS);
  }
}

runCommand(ROLLBACK, main);
