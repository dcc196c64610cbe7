import { closeDeskDatabase } from '../exercise/desk-database';
import { Conductor } from '../target/conductor';
import { findShop } from '../target/local-target';
import { Refusal } from '../../machine/errors';
import { describeIntent, isSameIntent, livenessOf, type Intent } from '../control/intent';
import { ShopObserver } from '../observation/shop-observer';
import { ConfigOutage, OverrideOutage, type Outage } from './outage';
import type { Output } from '../../machine/terminal';
import { heal } from './heal';
import type { Healed } from '../../report/report';
import { usingTarget } from '../target/discover';
import { StackEngine } from '../target/stack-engine';
import type { Target } from '../target/target';
import type { TargetOptions } from '../target/target-options';

/** What was found, and done. */
export type LeftOpen =
  | { found: 'nothing' }
  /** Somebody's run is under way, and its runner lives. */
  | { found: 'running'; intent: Intent }
  | { found: 'kept'; intent: Intent }
  | { found: 'healed'; intent: Intent; healed: Healed };

/**
 * What every command begins with: looks whether a run that was killed (a crash, a lost network, `kill -9`) left an
 * outage open, says so and heals it.
 *
 * @param options.keep leave it as it is, and say so
 * @throws Refusal when it could not be healed; the intent stays, so that the next command tries again
 */
export async function healLeftOpen(
  target: Target,
  options: { keep: boolean; output: Output },
): Promise<LeftOpen> {
  const { keep, output } = options;
  const intent = await target.intents.read();
  if (intent === null) return { found: 'nothing' };
  if (livenessOf(intent) !== 'dead') return { found: 'running', intent };
  // A runner removes its intent, then it ends: it may have done both since.
  if (!isSameIntent(await target.intents.read(), intent)) return healLeftOpen(target, options);
  if (intent.state === 'preparing') {
    // It was killed before it broke anything.
    await target.intents.clear();
    return { found: 'nothing' };
  }
  output.line(`An outage was left open: ${describeIntent(intent)}, which has ended without a heal.`);
  if (keep) {
    output.line('  It is kept (--keep); the next command without --keep heals it.');
    return { found: 'kept', intent };
  }
  const healed = await healIntent(target, intent, output);
  if (!healed.ok) {
    throw new Refusal(
      `The outage that was left open could not be healed: ${healed.failures.join('; ')}. ` +
        'The next command tries again; --keep leaves it.',
    );
  }
  return { found: 'healed', intent, healed };
}

/** Heals what an intent says, verifies it, and removes the intent. */
export async function healIntent(target: Target, intent: Intent, output: Output): Promise<Healed> {
  const conductor = new Conductor(target.conductor, output);
  const outage = outageOf(target, intent, conductor, output);
  const healed = await heal(() => outage.end(intent.runId ?? ''), {
    conductor,
    observer: new ShopObserver(target),
    output,
  });
  // What an exercise gave to its participant, too; of a run there is nothing.
  const superuser = target.kind === 'local' ? findShop(target.dataDir)?.databaseUrls.superuser : undefined;
  if (superuser !== undefined) await closeDeskDatabase(superuser, output);
  if (healed.ok) await target.intents.clear();
  return healed;
}

function outageOf(
  target: Target,
  intent: Pick<Intent, 'how' | 'configBefore'>,
  conductor: Conductor,
  output: Output,
): Outage {
  if (intent.how === 'override' || target.kind === 'local') return new OverrideOutage(conductor);
  const openEngine = (): Promise<StackEngine> => StackEngine.open({ stack: target.stack, output });
  return new ConfigOutage(target, openEngine, conductor, output, intent.configBefore);
}

/** Says that a run is under way and by whom, as a refusal. */
export function runningRefusal(intent: Intent): Refusal {
  return new Refusal(
    `Another run is under way: ${describeIntent(intent)}. Only one can be at a time: wait for it, or end it with ` +
      'npm run demo -- abort (its runner then heals and reports).',
  );
}

/**
 * As `usingTarget`: an outage that was left open is healed first; a run under way is named, and left alone.
 */
export function withTarget<T>(
  options: Omit<TargetOptions, 'output'> & { keep: boolean },
  output: Output,
  work: (target: Target) => Promise<T>,
): Promise<T> {
  return usingTarget({ ...options, output }, async (target) => {
    const found = await healLeftOpen(target, { keep: options.keep, output });
    if (found.found === 'running') output.line(`Under way: ${describeIntent(found.intent)}.`);
    return work(target);
  });
}
