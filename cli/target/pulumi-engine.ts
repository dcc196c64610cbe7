import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type * as automation from '@pulumi/pulumi/automation';
import { codeOf, messageOf, Refusal } from '../../machine/errors';
import { REPOSITORY } from '../../machine/options';
import type { Output } from '../../machine/terminal';

type Automation = typeof automation;

/**
 * The Automation API, which the shop on this machine does without: where its packages are missing, they are installed.
 *
 * @throws Refusal when that fails
 */
export function loadAutomation(output: Output): Automation {
  const load = (): Automation | null => {
    try {
      // Not an import: only commands against a stack need it, and it takes half a second.
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      return require('@pulumi/pulumi/automation') as Automation;
    } catch (error) {
      if (codeOf(error) !== 'MODULE_NOT_FOUND') throw error;
      return null;
    }
  };
  const found = load();
  if (found !== null) return found;
  installAll(output);
  const installed = load();
  if (installed === null)
    throw new Refusal('The packages of the Pulumi program are installed now: run the command again.');
  return installed;
}

/** Installs the packages of the Pulumi program. @throws Refusal */
export function installAll(output: Output): void {
  output.line('The packages of the Pulumi program are missing: node setup.mjs --all');
  const { status } = spawnSync(process.execPath, ['setup.mjs', '--all'], {
    cwd: REPOSITORY,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Refusal('node setup.mjs --all failed: its reason is above.');
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
