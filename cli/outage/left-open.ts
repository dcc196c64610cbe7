import { healLeftOpen } from './heal-left-open';
import { describeIntent } from '../control/intent';
import type { Output } from '../../machine/terminal';
import { discoverTarget } from '../target/discover';
import type { Target } from '../target/target';
import type { TargetOptions } from '../target/target-options';

/**
 * The shop that a command is about, for the time of `work`: found, and closed whatever happens. An outage that was left
 * open is healed first; a run under way is named, and left alone.
 */
export async function withTarget<T>(
  options: Omit<TargetOptions, 'output'> & { keep: boolean },
  output: Output,
  work: (target: Target) => Promise<T>,
): Promise<T> {
  const target = await discoverTarget({ ...options, output });
  try {
    const found = await healLeftOpen(target, { keep: options.keep, output });
    if (found.found === 'running') output.line(`Under way: ${describeIntent(found.intent)}.`);
    return await work(target);
  } finally {
    await target.close();
  }
}
