import path from 'node:path';
import { backUp, restoreBackup } from './backup/backup-database';
import { readBackup, type BackupSummary } from './backup/backup-format';
import { backupFile } from './backup/backup-place';
import { EXIT } from '../machine/errors';
import { Interruption } from '../machine/interruption';
import { KEEP_ARGUMENT, KEEP_HELP, withTarget } from './control/left-open';
import { duration } from '../report/format';
import { standardOutput, type Output } from '../machine/terminal';
import { parseOptions, place } from '../machine/options';
import { runCommand } from './run-command';
import {
  readTargetChoice,
  refuseFaults,
  TARGET_ARGUMENTS,
  TARGET_HELP,
  type ArgumentFault,
  type TargetChoice,
} from './target/target-options';

const HELP = `Puts a file of npm run backup back: its orders replace those that are there, its scenario becomes the desired one.

Usage: npm run restore -- FILE [options]

${TARGET_HELP}
${KEEP_HELP}
  --check                only read the file and say whether it is whole; nothing is changed, no shop is needed
  --no-safety            don't back up what is there before
  --help                 this text

A file that is damaged, cut off, or of something else is refused before anything is touched. All of it is one
transaction, which ends only when counts and checksums in the database are the file's: else nothing was changed. What
was there before is backed up first. Orders that customers place meanwhile wait, and come after it. A run that was under
way is taken up again only if it has not expired. Stack config outranks the scenario with its next change.

Exit codes: 0 restored (or whole), 1 refused or failed, and nothing was changed, 2 bad options, 130 interrupted.
`;

interface RestoreOptions extends TargetChoice {
  keep: boolean;
  /** Absolute. */
  file: string;
  check: boolean;
  safety: boolean;
}

/** `npm run restore`. Resolves with the exit code. */
async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === null) {
    process.stdout.write(HELP);
    return EXIT.ok;
  }
  const output = standardOutput(() => undefined);
  const summary = await readBackup(options.file);
  tell(options.file, summary, output);
  if (options.check) return EXIT.ok;
  const interruption = new Interruption(() => {
    output.line('Interrupted: what has not been committed is undone.');
  });
  interruption.listen(() => true);
  const tools = {
    output,
    check: (): void => {
      interruption.check();
    },
  };
  return withTarget(options, output, async (target) => {
    const started = performance.now();
    output.line(`Restore to ${target.kind === 'local' ? 'the shop of' : 'stack'} ${target.name}`);
    if (options.safety) {
      const before = backupFile(target, new Date(), 'before-restore');
      await backUp(target, before, { ...tools, output: { line: () => undefined } });
      output.line(`  what is there now: ${before}`);
    }
    const { tables, replaced } = await restoreBackup(target, options.file, summary, tools);
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

/** @throws Refusal (exit code 2); null for `--help` */
function readOptions(argv: readonly string[]): RestoreOptions | null {
  const { values, positionals } = parseOptions(
    'restore',
    argv,
    {
      ...TARGET_ARGUMENTS,
      ...KEEP_ARGUMENT,
      check: { type: 'boolean', default: false },
      'no-safety': { type: 'boolean', default: false },
    },
    true,
  );
  if (values.help) return null;
  const faults: ArgumentFault[] = [];
  const choice = readTargetChoice(values, place(), faults);
  const [file, ...more] = positionals;
  if (file === undefined || file === '') {
    faults.push({
      key: 'FILE',
      value: '',
      remedy: 'the file that npm run backup wrote, e.g. npm run restore -- shop.jsonl.gz',
    });
  }
  if (more.length > 0) faults.push({ key: 'FILE', value: positionals.join(' '), remedy: 'just one file' });
  refuseFaults(faults);
  return {
    ...choice,
    keep: values.keep,
    file: path.resolve(place().cwd, file ?? ''),
    check: values.check,
    safety: !values['no-safety'],
  };
}

runCommand(main);
