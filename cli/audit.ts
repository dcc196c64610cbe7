import { spawnSync } from 'node:child_process';
import { runCommand } from '../machine/command';
import { EXIT } from '../machine/errors';
import { flag, REPOSITORY, command, type OptionsOf } from '../machine/options';
import { standardOutput } from '../machine/terminal';
import { DEFAULT_IMAGES } from '../scenario/config/deployment';
import { agedVersions } from '../scenario/config/versions';

const AUDIT = command({
  name: 'audit',
  about: 'Holds what is pinned against the calendar and published advisories.',
  options: { offline: flag('only the ages of pinned versions: no registry, no scanner') },
  notes: `Ages of pinned versions (scenario/config/versions.ts), then npm audit of the locked packages, then trivy over the
default images where it is installed (https://trivy.dev). What is known and argued stands in docs/security.md.

Exit codes: 0 nothing found, 1 findings, or an advisory source that could not be asked, 2 bad options.`,
});

function audit({ offline }: OptionsOf<typeof AUDIT>): Promise<number> {
  const output = standardOutput(() => undefined);
  const { faults, kept } = agedVersions(new Date());
  for (const fault of faults) output.line(`✗ ${fault}`);
  for (const reason of kept) output.line(`- ${reason}`);
  if (faults.length === 0) output.line('✓ every pinned version is young enough, or its age is argued');
  let found = faults.length > 0;
  if (!offline) {
    found = !run('npm', ['audit', '--audit-level=low']) || found;
    if (spawnSync('trivy', ['--version'], { stdio: 'ignore' }).error === undefined) {
      for (const image of Object.values(DEFAULT_IMAGES)) {
        const wanted = 'image --quiet --severity HIGH,CRITICAL --ignore-unfixed --exit-code 1';
        found = !run('trivy', [...wanted.split(' '), image]) || found;
      }
    } else output.line('- trivy is not installed: the images were not scanned');
  }
  return Promise.resolve(found ? EXIT.failed : EXIT.ok);
}

function run(command: string, args: string[]): boolean {
  return spawnSync(command, args, { cwd: REPOSITORY, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}

runCommand(AUDIT, audit);
