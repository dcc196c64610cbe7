import { messageOf } from '../../machine/errors';
import type { Output } from '../../machine/terminal';
import { duration, percent, tenths } from '../../report/format';
import { allOk, showChecks, type CheckResult } from '../checks/check';
import { describeIntent } from '../control/intent';
import { FailureWatch } from '../observation/failure-watch';
import { lookAtCheckouts } from '../observation/healthy';
import { until, type Patience } from '../observation/look';
import type { ShopObserver } from '../observation/shop-observer';
import { restoreConfig } from '../outage/config-before';
import { cleanStackFileOf } from '../target/stack-file';
import { describeTarget, type Target } from '../target/target';

/** What a rollback works with. */
export interface RollbackTools extends Patience {
  observer: Pick<ShopObserver, 'traffic'>;
  output: Output;
  /** @throws Interrupted once the end was asked for */
  check: () => void;
  /** Puts the database back. @returns whether the desired row was an outage */
  database: () => Promise<{ wasOutage: boolean }>;
  /** Updates the stack (`pulumi up`). */
  updateStack: () => Promise<void>;
  /** The checks that verify it, under way. */
  verification: () => Promise<CheckResult>[];
}

type RolledBack = Pick<Target, 'kind' | 'name' | 'stack' | 'config' | 'intents'>;

/**
 * Puts a shop back to normal operations, and verifies it. What fails on the way is printed and keeps nothing else from
 * being put back.
 *
 * @returns what `--json` prints
 * @throws Interrupted
 */
export async function rollback(target: RolledBack, tools: RollbackTools) {
  const { output } = tools;
  const started = performance.now();
  output.line(`Rollback of ${describeTarget(target)}`);
  const watch = new FailureWatch(tools.observer);
  try {
    // At run time first: it heals within a second. The config then makes it last.
    const { wasOutage, healed } = await rollbackDatabase(tools);
    const configured = await rollbackConfig(target, wasOutage, tools);
    output.line('Verify');
    const checks = await showChecks(tools.verification(), output, tools.check);
    const recovered = await checkoutsRecovered(tools, healed);
    let ok = healed && configured && recovered && allOk(checks);
    // What a killed run wrote down to be healed, is.
    if (ok) ok = await forget(target, output);
    await watch.stop();
    const { at } = watch.last;
    const recovery = Math.max(0, (at ?? started) - started);
    const took = performance.now() - started;
    output.line(
      ok
        ? `✓ back to normal: verified after ${duration(took)}` +
            (at === null
              ? ', no checkout failed meanwhile'
              : `, the last checkout failed after ${duration(recovery)}`)
        : '✗ not back to normal: what to do is said with each failure; then run it again',
    );
    return {
      target: target.kind,
      name: target.name,
      at: new Date().toISOString(),
      ok,
      /** From the beginning until all was verified (s). */
      verifiedAfterSeconds: tenths(took),
      /** From the beginning to the last failed checkout (s); 0 when none failed. */
      timeToRecoverSeconds: tenths(recovery),
      checks,
    };
  } finally {
    await watch.stop();
  }
}

async function rollbackDatabase({
  database,
  check,
  output,
}: RollbackTools): Promise<{ wasOutage: boolean; healed: boolean }> {
  try {
    return { ...(await database()), healed: true };
  } catch (error) {
    check();
    output.line(`  ✗ PostgreSQL: ${messageOf(error)}`);
    return { wasOutage: true, healed: false };
  }
}

/**
 * Puts the stack's config back, as it was before a run that changed it and was killed; a stack is updated then.
 *
 * @returns false when the update failed: the shop is healed, but the next `pulumi up` is not known to go well
 */
async function rollbackConfig(
  target: RolledBack,
  wasOutage: boolean,
  { output, updateStack }: RollbackTools,
): Promise<boolean> {
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
    await updateStack();
    return true;
  } catch (error) {
    output.line(`  ✗ the shop is healed at run time, but the stack's state is not: ${messageOf(error)}`);
    return false;
  }
}

/** Takes the outage out of the stack's file. A fault in it is printed, and shows in the verification. True: changed. */
export function cleanConfig(target: Pick<Target, 'config'>, output: Output): boolean {
  try {
    const { name, changes } = cleanStackFileOf(target.config);
    output.line(changes.length === 0 ? `  ${name} is clean` : `  ${name}: ${changes.join(', ')}`);
    return changes.length > 0;
  } catch (error) {
    output.line(`  ✗ the stack's config cannot be cleaned: ${messageOf(error)}`);
    return false;
  }
}

/** Hardly a checkout of the last ten seconds failed. Where the database was not put back it is not waited for. */
async function checkoutsRecovered(tools: RollbackTools, healed: boolean): Promise<boolean> {
  const patience = healed ? tools : { ...tools, patienceMs: 0 };
  const { problem, seen } = await until(() => lookAtCheckouts(tools.observer), patience);
  tools.output.line(
    problem === null
      ? `  ✓ Checkouts: ${percent(seen.errorRate ?? 0)} of the last ten seconds failed (of ${seen.requests})`
      : `  ✗ Checkouts: ${problem}`,
  );
  return problem === null;
}

async function forget({ intents }: RolledBack, output: Output): Promise<boolean> {
  try {
    await intents.clear();
    return true;
  } catch (error) {
    output.line(`  ✗ the record of a killed run cannot be removed: ${messageOf(error)}`);
    return false;
  }
}
