import { Refusal } from '../../machine/errors';
import { at, parseJson, textAt } from '../../machine/json';
import type { Output } from '../../machine/terminal';
import { SERVICE_NAMES } from '../../services/catalog';
import type { StackConfigSource } from '../../scenario/config/config-file';
import { allOk, failed, ok, showChecks, type CheckResult, type Finding } from '../checks/check';
import { writeKeys } from '../target/stack-file';
import type { Instance } from '../target/target';

/** A release as the stack's output `releases` has it. */
interface Release {
  image: string;
  config: Readonly<Record<string, string>>;
}

/** What goes back to a release, and what it is verified by. */
export interface ReleaseTools {
  output: Output;
  /** @throws Interrupted once the end was asked for */
  check: () => void;
  /** The stack's output `releases`. */
  releases: unknown;
  /** Updates the stack (`pulumi up`). */
  updateStack: (message: string) => Promise<void>;
  /** The checks that verify it, under way. */
  verification: (release: Release) => Promise<CheckResult>[];
}

/**
 * Deploys the release before the one that runs: its image by digest, and the config it had. What the demo is in stays.
 *
 * @returns what `--json` prints: `config` has the keys that went back, with their values of now
 * @throws Refusal when there is none; what the update failed with (run again, it goes on)
 */
export async function rollbackRelease(
  { stack, config }: { stack: string; config: StackConfigSource },
  { output, check, releases, updateStack, verification }: ReleaseTools,
) {
  const current = releaseAt(releases, 'current');
  const previous = releaseAt(releases, 'previous');
  if (current === null || previous === null) {
    throw new Refusal(
      `Stack ${stack} has no release before the one that runs: one is recorded by each pulumi up that deploys another image or ` +
        'config. An earlier one than that is a checkout of its commit, and pulumi up.',
    );
  }
  output.line(`Stack ${stack}: back to the release before`);
  output.line(`  image ${current.image} → ${previous.image}`);
  const changes = changesOf(current, previous);
  for (const [key, value] of Object.entries(changes))
    output.line(`  ${key}: ${current.config[key] ?? '(unset)'} → ${value ?? '(unset)'}`);
  writeKeys(config, {
    ...Object.fromEntries(
      Object.entries(changes).map(([key, value]) => [key, value === null ? undefined : valueOf(value)]),
    ),
    images: { ...(valueOf(previous.config.images ?? '{}') as object), services: previous.image },
  });
  check();
  output.line(`  pulumi up --stack ${stack}`);
  await updateStack(`rollback to ${previous.image}`);
  output.line('Verify');
  const checks = await showChecks(verification(previous), output, check);
  const good = allOk(checks);
  output.line(
    good
      ? `✓ the release before runs. Forward again: the same command. To build from this folder: pulumi config rm --path images.services && pulumi up`
      : '✗ not all of it runs: what to do is said with each failure',
  );
  return { stack, from: current.image, to: previous.image, config: changes, ok: good, checks };
}

function releaseAt(releases: unknown, which: 'current' | 'previous'): Release | null {
  const image = textAt(releases, which, 'image');
  const config = at(releases, which, 'config');
  if (image === null || typeof config !== 'object' || config === null) return null;
  return { image, config: config as Release['config'] };
}

/** Keys that differ, but the images', with their values of then; null where it was unset. */
function changesOf(current: Release, previous: Release): Record<string, string | null> {
  const keys = new Set([...Object.keys(current.config), ...Object.keys(previous.config)]);
  keys.delete('images');
  return Object.fromEntries(
    [...keys]
      .filter((key) => current.config[key] !== previous.config[key])
      .sort()
      .map((key) => [key, previous.config[key] ?? null]),
  );
}

/** Lists and groups are written as such, everything else as the text that the engine gave. */
function valueOf(text: string): unknown {
  const value = parseJson(text);
  return typeof value === 'object' && value !== null ? value : text;
}

/** Whether each pod of a service runs an image, and no other. */
export function judgeImages(instances: readonly Instance[], image: string): Finding {
  const services: readonly string[] = SERVICE_NAMES;
  const pods = instances.filter(({ workload }) => services.includes(workload));
  const others = pods.filter((pod) => pod.image !== image);
  return others.length === 0
    ? ok(`${image.split('@').at(-1) ?? image} in ${String(pods.length)} pods`)
    : failed(others.map(({ name, image: found }) => `${name} runs ${found ?? 'nothing known'}`).join('; '));
}
