import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type * as automation from '@pulumi/pulumi/automation';
import { codeOf, messageOf, Refusal } from '../../machine/errors';
import { REPOSITORY } from '../../machine/options';
import type { Output } from '../../machine/terminal';

type Automation = typeof automation;

/** The Automation API. It takes half a second to load, and only commands against a stack need it. @throws Refusal */
export function loadAutomation(output: Output): Promise<Automation> {
  // A folder: no module can be imported by that name.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return installed(() => require('@pulumi/pulumi/automation') as Automation, output);
}

/**
 * Loads what the shop on this machine does without: where its package is missing, all of the Pulumi program are
 * installed.
 *
 * @throws Refusal when that fails
 */
export async function installed<T>(load: () => T | Promise<T>, output: Output): Promise<T> {
  const found = await unlessMissing(load);
  if (found !== null) return found;
  output.line('The packages of the Pulumi program are missing: node setup.mjs --all');
  const { status } = spawnSync(process.execPath, ['setup.mjs', '--all'], {
    cwd: REPOSITORY,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Refusal('node setup.mjs --all failed: its reason is above.');
  const now = await unlessMissing(load);
  if (now !== null) return now;
  throw new Refusal('The packages of the Pulumi program are installed now: run the command again.');
}

async function unlessMissing<T>(load: () => T | Promise<T>): Promise<T | null> {
  try {
    return await load();
  } catch (error) {
    if (['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'].includes(codeOf(error) ?? '')) return null;
    throw error;
  }
}

/**
 * The engine's real installation: npm's `pulumi` is a wrapper, and a signal to it kills only the wrapper and leaves the
 * stack locked.
 *
 * @throws Refusal when there is none, or it is too old
 */
export async function findEngine(
  automationApi: Automation,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<automation.PulumiCommand> {
  const reasons: string[] = [];
  for (const root of engineRoots(environment)) {
    try {
      return await automationApi.PulumiCommand.get({ root });
    } catch (error) {
      reasons.push(`${root}: ${messageOf(error).split('\n')[0] ?? ''}`);
    }
  }
  throw new Refusal(
    `The Pulumi engine was not found${reasons.length > 0 ? ` (${reasons.join('; ')})` : ''}: install it from ` +
      'https://www.pulumi.com/docs/install, or run npx pulumi version once, which fetches it into ~/.pulumi.',
  );
}

/** Folders with a `bin/pulumi` that is a program and no npm wrapper, in the order in which they are tried. */
export function engineRoots(environment: NodeJS.ProcessEnv): string[] {
  const home = environment.PULUMI_HOME ?? path.join(homedir(), '.pulumi');
  const name = process.platform === 'win32' ? 'pulumi.exe' : 'pulumi';
  const candidates = [
    ...(environment.PATH ?? '').split(path.delimiter).filter((folder) => folder !== ''),
    ...(environment.PULUMI_VERSION === undefined
      ? []
      : [path.join(home, 'versions', environment.PULUMI_VERSION, 'bin')]),
    path.join(home, 'bin'),
  ].map((folder) => path.join(folder, name));
  const real = candidates.flatMap((file) => (existsSync(file) ? [realpathSync(file)] : []));
  const programs = real.filter(
    (file) => path.basename(path.dirname(file)) === 'bin' && !file.split(path.sep).includes('node_modules'),
  );
  return [...new Set(programs.map((file) => path.dirname(path.dirname(file))))];
}
