import { statSync } from 'node:fs';
import { backUp } from './backup/backup-database';
import { backupFile } from './backup/backup-place';
import { runCommand } from '../machine/command';
import { EXIT } from '../machine/errors';
import { Interruption } from '../machine/interruption';
import { withTarget } from './outage/heal-left-open';
import { duration } from '../report/format';
import { standardOutput } from '../machine/terminal';
import { file as fileOption, command, type OptionsOf } from '../machine/options';
import { describeTarget } from './target/target';
import { KEEP, TARGET_OPTIONS } from './target/target-options';

const BACKUP = command({
  name: 'backup',
  about: `Writes the shop's orders and its scenario state to one file, as of one moment, while the shop goes on.`,
  options: {
    ...TARGET_OPTIONS,
    keep: KEEP,
    out: fileOption({
      written: true,
      help: 'where to',
      otherwise: 'backups/ in the data folder, by date',
      allowed: 'a file, e.g. shop.jsonl.gz',
    }),
  },
  notes: `The catalog is seeded again from its parameters, so the file has those and a checksum of it. Carts and what users saw
last are in Redis and are not kept. The file has checksums throughout, is read again after it was written, and only
its owner may read it: npm run restore -- FILE puts it back, npm run restore -- FILE --check only looks.

Exit codes: 0 written, 1 not written (and nothing is left of it), 2 bad options, 130 interrupted.`,
});

async function backup(options: OptionsOf<typeof BACKUP>): Promise<number> {
  const output = standardOutput(() => undefined);
  const interruption = new Interruption(() => output.line('Interrupted.')).listen();
  return withTarget(options, output, async (target) => {
    const file = options.out ?? backupFile(target, new Date());
    const started = performance.now();
    output.line(`Backup of ${describeTarget(target)}`);
    const { header, tables, sha256 } = await backUp(target, file, {
      output,
      check: () => interruption.check(),
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

runCommand(BACKUP, backup);
