import { statSync } from 'node:fs';
import path from 'node:path';
import { backUp } from './backup/backup-database';
import { backupFile } from './backup/backup-place';
import { EXIT } from '../machine/errors';
import { Interruption } from '../machine/interruption';
import { KEEP_ARGUMENT, KEEP_HELP, withTarget } from './control/left-open';
import { duration } from '../report/format';
import { standardOutput } from '../machine/terminal';
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

const HELP = `Writes the shop's orders and its scenario state to one file, as of one moment, while the shop goes on.

Usage: npm run backup -- [options]

${TARGET_HELP}
${KEEP_HELP}
  --out FILE             where to (default: backups/ in the data folder, by date)
  --help                 this text

The catalog is seeded again from its parameters, so the file has those and a checksum of it. Carts and what users saw
last are in Redis and are not kept. The file has checksums throughout, is read again after it was written, and only
its owner may read it: npm run restore -- FILE puts it back, npm run restore -- FILE --check only looks.

Exit codes: 0 written, 1 not written (and nothing is left of it), 2 bad options, 130 interrupted.
`;

interface BackupOptions extends TargetChoice {
  keep: boolean;
  /** Absolute; null: by date, in the target's folder. */
  out: string | null;
}

/** `npm run backup`. Resolves with the exit code. */
async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === null) {
    process.stdout.write(HELP);
    return EXIT.ok;
  }
  const output = standardOutput(() => undefined);
  const interruption = new Interruption(() => {
    output.line('Interrupted.');
  });
  interruption.listen(() => true);
  return withTarget(options, output, async (target) => {
    const file = options.out ?? backupFile(target, new Date());
    const started = performance.now();
    output.line(`Backup of ${target.kind === 'local' ? 'the shop of' : 'stack'} ${target.name}`);
    const { header, tables, sha256 } = await backUp(target, file, {
      output,
      check: () => {
        interruption.check();
      },
    });
    for (const [name, { rows, sha256: sum }] of tables) {
      output.line(`  ✓ ${name}: ${rows} rows, sha256 ${sum.slice(0, 16)}…`);
    }
    const { desired, override } = header.scenario;
    output.line(
      `  ✓ scenario: ${desired.mode}${override === null ? '' : `, and run ${override.runId}`}; catalog of ${header.catalog.rows} products, checksum ${header.catalog.checksum.slice(0, 16)}…`,
    );
    output.line(
      `✓ ${file}: ${kilobytes(statSync(file).size)}, read again and whole (${sha256.slice(0, 16)}…), ${duration(performance.now() - started)}`,
    );
    return EXIT.ok;
  });
}

function kilobytes(bytes: number): string {
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** @throws Refusal (exit code 2); null for `--help` */
function readOptions(argv: readonly string[]): BackupOptions | null {
  const values = parseOptions('backup', argv, {
    ...TARGET_ARGUMENTS,
    ...KEEP_ARGUMENT,
    out: { type: 'string' },
  }).values;
  if (values.help) return null;
  const faults: ArgumentFault[] = [];
  const choice = readTargetChoice(values, place(), faults);
  if (values.out === '') faults.push({ key: '--out', value: '', remedy: 'a file, e.g. shop.jsonl.gz' });
  refuseFaults(faults);
  return {
    ...choice,
    keep: values.keep,
    out: values.out === undefined ? null : path.resolve(place().cwd, values.out),
  };
}

runCommand(main);
