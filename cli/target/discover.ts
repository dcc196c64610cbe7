import { Refusal } from '../../machine/errors';
import { findLocalTarget } from './local-target';
import { openStackTarget } from './stack-target';
import type { Target } from './target';
import type { TargetOptions } from './target-options';

/** Does `work` with the shop that a command is about, and closes it whatever happens. @throws as `discoverTarget` */
export async function usingTarget<T>(
  options: TargetOptions,
  work: (target: Target) => Promise<T>,
): Promise<T> {
  const target = await discoverTarget(options);
  try {
    return await work(target);
  } finally {
    await target.close();
  }
}

/**
 * Finds the shop that a command is about.
 *
 * @throws Refusal when no shop runs with the data folder, or the stack has not been deployed; with the remedy
 */
export async function discoverTarget(options: TargetOptions): Promise<Target> {
  if (options.target === 'stack') return openStackTarget(options);
  const found = findLocalTarget(options);
  if (found !== null) return found;
  throw new Refusal(
    `No shop runs with the data folder ${options.dataDir}: start it with npm start, name its folder with --data DIR, ` +
      'or talk to a deployed one with --target stack --stack NAME.',
  );
}
