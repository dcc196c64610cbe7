import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Client } from 'pg';
import { applyIndexes } from '../../scenario/apply';
import { effectiveScenario, readState } from '../../scenario/state';
import { writeDesiredStatement } from '../../scenario/sql/state';
import {
  BACKUP_FORMAT,
  BACKUP_VERSION,
  BackupWriter,
  readBackup,
  runUnderWay,
  type BackupHeader,
  type BackupSummary,
  type TableTotals,
} from './backup-format';
import {
  backupTables,
  catalogIdentity,
  countOf,
  RowInserter,
  rowsOf,
  totalsOf,
  useFixedTexts,
  type BackupTable,
} from './backup-tables';
import { describeRun } from '../../scenario/override/store';
import { inTransaction } from '../../scenario/sql/plan';
import { Refusal } from '../../machine/errors';
import { duration } from '../../report/format';
import { type Output } from '../../machine/terminal';
import { withSession } from '../../machine/session';
import type { Target } from '../target/target';

/** How long the orders' table is waited for (ms). */
const LOCK_TIMEOUT_MS = 15_000;
/** Between two lines of progress (ms). */
const PROGRESS_MS = 2000;

export interface BackupTools {
  output: Output;
  /** @throws Interrupted once the end was asked for */
  check: () => void;
}

type Source = Pick<Target, 'conductor' | 'kind' | 'name'>;

/**
 * Writes orders, scenario state and the catalog's identity to a file, all as of one moment.
 *
 * @returns what it holds
 */
export async function backUp(
  target: Source,
  file: string,
  { output, check }: BackupTools,
): Promise<BackupSummary> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  return withSession(target.conductor, async (client) => {
    const writer = await BackupWriter.create(file);
    try {
      await client.query('begin isolation level repeatable read read only');
      await useFixedTexts(client);
      const { desired, override, faults } = await readState(client);
      if (faults.length > 0) throw new Refusal(`${faults.join('; ')}: npm run rollback repairs it.`);
      if (desired === null)
        throw new Refusal('The database has no scenario yet: there is nothing to back up.');
      const found = await backupTables(client);
      const header: BackupHeader = {
        format: BACKUP_FORMAT,
        version: BACKUP_VERSION,
        createdAt: new Date().toISOString(),
        target: { kind: target.kind, name: target.name },
        catalog: await catalogIdentity(client),
        scenario: { desired, override },
        tables: found.map(({ name }) => name),
      };
      await writer.header(header);
      const tables = new Map<string, TableTotals>();
      for (const table of found) {
        const progress = new Progress(output, table.name, await countOf(client, table));
        await writer.beginTable(
          table.name,
          table.columns.map(([name]) => name),
        );
        for await (const row of rowsOf(client, table)) {
          check();
          await writer.row(row);
          progress.step();
        }
        tables.set(table.name, await writer.endTable());
      }
      await client.query('commit');
      await writer.close();
      // What the disk holds, read again from beginning to end.
      const written = await readBackup(file);
      for (const [name, totals] of tables) {
        if (written.tables.get(name)?.sha256 !== totals.sha256)
          throw new Error(`${file} does not hold what was written to it`);
      }
      return written;
    } catch (error) {
      await writer.discard();
      throw error;
    }
  });
}

/**
 * Puts a backup back, in one transaction: everything, checked by counts and checksums, or nothing. Indexes follow
 * afterwards, since building them concurrently cannot be part of a transaction: they are what the scenario says.
 *
 * @param summary of the file, which was read and checked before
 * @param tools.keepScenario leaves the scenario that is there: stack config has just written it
 * @returns by table what it holds now, and how many rows were there before
 * @throws Refusal when the catalog is another one; Error when what was restored is not what the file holds
 */
export async function restoreBackup(
  target: Source,
  file: string,
  summary: BackupSummary,
  { output, check, keepScenario = false }: BackupTools & { keepScenario?: boolean },
): Promise<{ tables: Map<string, TableTotals>; replaced: Map<string, number> }> {
  return withSession(target.conductor, async (client) => {
    const result = await inTransaction(client, async () => {
      await useFixedTexts(client);
      await client.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
      const { override: running } = await readState(client);
      if (running !== null) {
        throw new Refusal(
          `A run is under way: ${describeRun(running)}. End it first: npm run rollback. Nothing was restored.`,
        );
      }
      refuseOtherCatalog(summary.header, await catalogIdentity(client));
      const replaced = new Map<string, number>();
      // A backup of before a table was there says nothing of it.
      const known = await backupTables(client);
      const restored = known.filter(({ name }) => summary.header.tables.includes(name));
      for (const table of restored) {
        // Orders that come meanwhile wait, and are placed after it.
        await client.query(`lock table ${table.name} in access exclusive mode`);
        replaced.set(table.name, await countOf(client, table));
        await client.query(`truncate ${table.name}`);
      }
      const again = await insertRows(client, file, summary, known, { output, check });
      if (again.sha256 !== summary.sha256) throw new Error(`${file} was changed while it was read`);
      const tables = new Map<string, TableTotals>();
      for (const table of restored) {
        const wanted = summary.tables.get(table.name);
        const found = await totalsOf(client, table);
        if (found.rows !== wanted?.rows || found.sha256 !== wanted.sha256) {
          throw new Error(
            `${table.name} has ${found.rows} rows (${found.sha256.slice(0, 12)}) instead of ${wanted?.rows ?? 0} (${wanted?.sha256.slice(0, 12) ?? ''})`,
          );
        }
        tables.set(table.name, found);
      }
      if (!keepScenario) await restoreScenario(client, summary.header);
      check();
      return { tables, replaced };
    });
    const effective = effectiveScenario(await readState(client));
    if (effective !== null) {
      await applyIndexes(client, effective.scenario, (message) => output.line(`  ${message}`));
    }
    return result;
  });
}

/** The file's scenario becomes the desired one, and its run goes on unless it has expired. */
async function restoreScenario(client: Client, header: BackupHeader): Promise<void> {
  const override = runUnderWay(header);
  await client.query('select scenario.end_override(null)');
  await client.query(writeDesiredStatement, [JSON.stringify(header.scenario.desired)]);
  if (override !== null) {
    await client.query('select scenario.begin_override($1::jsonb)', [JSON.stringify(override)]);
  } else {
    await client.query('select scenario.write_storage()');
  }
}

function refuseOtherCatalog({ catalog }: BackupHeader, found: BackupHeader['catalog']): void {
  if (catalog.rows !== found.rows) {
    throw new Refusal(
      `The backup belongs to a catalog of ${catalog.rows} products, this shop has ${found.rows}: ` +
        `start it with npm start -- --rows ${catalog.rows} (a stack: pulumi config set catalogRows ${catalog.rows} && pulumi up) first. Nothing was restored.`,
    );
  }
  if (catalog.checksum !== found.checksum) {
    throw new Refusal(
      `The catalog has ${found.rows} products as in the backup, but not the same ones (version ${catalog.version} there, ${found.version} here, ` +
        'or products were changed by hand): seed it anew (delete the data folder) or use the version that wrote the backup. Nothing was restored.',
    );
  }
}

async function insertRows(
  client: Client,
  file: string,
  summary: BackupSummary,
  known: readonly BackupTable[],
  { output, check }: BackupTools,
): Promise<BackupSummary> {
  let inserter: RowInserter | null = null;
  let progress: Progress | null = null;
  return readBackup(file, {
    table: (name, columns) => {
      const table = tableOf(name, columns, known, file);
      inserter = new RowInserter(client, table);
      progress = new Progress(output, name, summary.tables.get(name)?.rows ?? 0);
    },
    row: async (row) => {
      check();
      progress?.step();
      await inserter?.add(row);
    },
    endTable: async () => {
      await inserter?.flush();
    },
  });
}

/** Names come from the database, never from the file. */
function tableOf(
  name: string,
  columns: readonly string[],
  known: readonly BackupTable[],
  file: string,
): BackupTable {
  const table = known.find((candidate) => candidate.name === name);
  const expected = table?.columns.map(([column]) => column);
  if (table === undefined || JSON.stringify(columns) !== JSON.stringify(expected)) {
    throw new Refusal(
      `${file}: ${name} (${columns.join(', ')}) is no table of this version: restore it with the version that wrote it. Nothing was restored.`,
    );
  }
  return table;
}

/** A line now and then while many rows go by. */
class Progress {
  private rows = 0;
  private toldAt = performance.now();
  private readonly started = performance.now();

  constructor(
    private readonly output: Output,
    private readonly what: string,
    private readonly total: number,
  ) {}

  step(): void {
    this.rows += 1;
    // Looking at the clock for every row would cost more than the row.
    if (this.rows % 200 !== 0 || performance.now() - this.toldAt < PROGRESS_MS) return;
    this.toldAt = performance.now();
    this.output.line(
      `  ${this.what}: ${this.rows} of ${this.total} rows (${duration(this.toldAt - this.started)})`,
    );
  }
}
