import path from 'node:path';
import { backUp, restoreBackup } from './backup/backup-database';
import { readBackup, type BackupSummary } from './backup/backup-format';
import { backupFile } from './backup/backup-place';
import { runCommand } from '../machine/command';
import { EXIT } from '../machine/errors';
import { Interruption } from '../machine/interruption';
import { withTarget } from './outage/heal-left-open';
import { duration } from '../report/format';
import { silentOutput, standardOutput, type Output } from '../machine/terminal';
import { describeTarget } from './target/target';
import { flag, here, command, type OptionsOf } from '../machine/options';
import { KEEP, TARGET_OPTIONS } from './target/target-options';

const RESTORE = command({
  name: 'restore',
  usage: 'FILE [options]',
  about:
    'Puts a file of npm run backup back: its orders replace those that are there, its scenario becomes the desired one.',
  options: {
    ...TARGET_OPTIONS,
    keep: KEEP,
    check: flag('only read the file and say whether it is whole; nothing is changed, no shop is needed'),
    noSafety: flag("don't back up what is there before"),
  },
  notes: `A file that is damaged, cut off, or of something else is refused before anything is touched. All of it is one
transaction, which ends only when counts and checksums in the database are the file's: else nothing was changed. What
was there before is backed up first. Orders that customers place meanwhile wait, and come after it. A run that was under
way is taken up again only if it has not expired. Stack config outranks the scenario with its next change.

Exit codes: 0 restored (or whole), 1 refused or failed, and nothing was changed, 2 bad options, 130 interrupted.`,
  positionals: true,
  check: (_values, refuse, files) => {
    if (files.length > 1) refuse('FILE', files.join(' '), 'just one file');
    if ((files[0] ?? '') === '') {
      refuse('FILE', '', 'the file that npm run backup wrote, e.g. npm run restore -- shop.jsonl.gz');
    }
  },
});

async function restore(options: OptionsOf<typeof RESTORE>, [given = '']: string[]): Promise<number> {
  const file = path.resolve(here().cwd, given);
  const output = standardOutput(() => undefined);
  const summary = await readBackup(file);
  tell(file, summary, output);
  if (options.check) return EXIT.ok;
  const interruption = new Interruption(() =>
    output.line('Interrupted: what has not been committed is undone.'),
  ).listen();
  const tools = {
    output,
    check: (): void => interruption.check(),
  };
  return withTarget(options, output, async (target) => {
    const started = performance.now();
    output.line(`Restore to ${describeTarget(target)}`);
    if (!options.noSafety) {
      const before = backupFile(target, new Date(), 'before-restore');
      await backUp(target, before, { ...tools, output: silentOutput });
      output.line(`  what is there now: ${before}`);
    }
    const { tables, replaced } = await restoreBackup(target, file, summary, tools);
    for (const [name, { rows, sha256 }] of tables) {
      output.line(
        `  ✓ ${name}: ${rows} rows restored in place of ${replaced.get(name) ?? 0}, sha256 ${sha256.slice(0, 16)}… as in the file`,
      );
    }
    const { mode } = summary.header.scenario.desired;
    output.line(`  ✓ scenario: ${mode}${mode === 'normal' ? '' : ' (an outage: npm run rollback heals it)'}`);
    output.line(`✓ restored, ${duration(performance.now() - started)}`);
    return EXIT.ok;
  });
}

function tell(file: string, { header, tables, sha256 }: BackupSummary, output: Output): void {
  const counts = [...tables].map(([name, { rows }]) => `${name} ${rows} rows`).join(', ');
  output.line(
    `${file} is whole (sha256 ${sha256.slice(0, 16)}…): of ${header.target.name}, ${header.createdAt}; ${counts}; ` +
      `scenario ${header.scenario.desired.mode}; catalog of ${header.catalog.rows} products`,
  );
}

runCommand(RESTORE, restore);
