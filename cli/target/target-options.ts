import path from 'node:path';
import { isStackName } from '../../scenario/config/config-file';
import { EXIT, Refusal } from '../../machine/errors';
import { TARGET_KINDS, type TargetKind } from './target';

/** The options by which every command names its shop, for node's parseArgs. */
export const TARGET_ARGUMENTS = {
  target: { type: 'string' },
  stack: { type: 'string' },
  data: { type: 'string' },
} as const;

/** Their lines in a `--help`. */
export const TARGET_HELP = `  --target local|stack   the shop of npm start (default), or a deployed stack
  --stack NAME           the stack: Pulumi.NAME.yaml (default: dev)
  --data DIR             data folder of the local shop, and of what is kept (default: .data in the repository)`;

export interface TargetChoice {
  target: TargetKind;
  stack: string;
  /** Absolute. */
  dataDir: string;
}

/** One fault in an option: what was given, what is allowed. */
export interface ArgumentFault {
  key: string;
  value: string;
  remedy: string;
}

/**
 * Reads the target's options.
 *
 * @param place `repositoryDir` is where the default data folder lies, `cwd` what paths are relative to
 * @param faults gets what is wrong
 */
export function readTargetChoice(
  values: { target?: string | undefined; stack?: string | undefined; data?: string | undefined },
  place: { repositoryDir: string; cwd: string },
  faults: ArgumentFault[],
): TargetChoice {
  const target = TARGET_KINDS.find((kind) => kind === (values.target ?? 'local'));
  if (target === undefined) {
    faults.push({
      key: '--target',
      value: values.target ?? '',
      remedy: `one of ${TARGET_KINDS.join(', ')}`,
    });
  }
  const stack = values.stack ?? 'dev';
  if (!isStackName(stack)) {
    faults.push({ key: '--stack', value: stack, remedy: "a stack's name, e.g. dev for Pulumi.dev.yaml" });
  }
  return {
    target: target ?? 'local',
    stack,
    dataDir:
      values.data === undefined
        ? path.join(place.repositoryDir, '.data')
        : path.resolve(place.cwd, values.data),
  };
}

/** @throws Refusal (exit code 2) that lists every fault with key, value and what is allowed */
export function refuseFaults(faults: readonly ArgumentFault[]): void {
  if (faults.length === 0) return;
  throw new Refusal(
    faults
      .map(({ key, value, remedy }) => `${key} ${value === '' ? '(empty)' : value}: must be ${remedy}`)
      .join('\n'),
    EXIT.usage,
  );
}
