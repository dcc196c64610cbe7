import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { createGunzip, createGzip, type Gzip } from 'node:zlib';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { DocumentFault, overrideDocument, scenarioDocument } from '../../scenario/document';
import type { Override, Scenario } from '../../scenario/types';
import { codeOf, messageOf, Refusal } from '../../machine/errors';
import { at, numberAt, textAt } from '../../machine/json';
import { requireOwnFile } from '../../machine/private-file';

/**
 * A backup: gzipped lines of JSON. The header; of each table its name and columns, a list of texts for each row, and
 * its end with count and checksum; at last the end of the whole. Whatever is missing, cut off or changed shows.
 */
export const BACKUP_FORMAT = 'ecommerce-demo-backup';
export const BACKUP_VERSION = 1;
/** A longer line is no backup's (characters): an order has a few thousand. */
const LONGEST_LINE = 4_000_000;

/** How the catalog was made: it is seeded again from these, and the checksum tells whether it is the same. */
export interface CatalogIdentity {
  rows: number;
  version: number;
  /** Over all rows, whatever their order. */
  checksum: string;
}

export interface BackupHeader {
  format: typeof BACKUP_FORMAT;
  version: number;
  /** ISO time. */
  createdAt: string;
  target: { kind: string; name: string };
  catalog: CatalogIdentity;
  scenario: { desired: Scenario; override: Override | null };
  tables: string[];
}

/** The run that goes on when the backup is used; null for none, or one that has expired meanwhile. */
export function runUnderWay({ scenario: { override } }: BackupHeader): Override | null {
  return override !== null && override.expiresAt > Date.now() / 1000 ? override : null;
}

export interface TableTotals {
  rows: number;
  sha256: string;
}

/** A row's values as PostgreSQL writes them as text. */
export type Row = readonly (string | null)[];

/** Count and checksum of a table, over its rows as they stand in the file. */
export class RowDigest {
  private readonly hash = createHash('sha256');
  private rows = 0;

  add(line: string): void {
    this.hash.update(line).update('\n');
    this.rows += 1;
  }

  /** To be called once, at the end. */
  totals(): TableTotals {
    return { rows: this.rows, sha256: this.hash.digest('hex') };
  }
}

/** Writes a backup, aside first: a file of its name is always whole. */
export class BackupWriter {
  private readonly whole = createHash('sha256');
  private table: { digest: RowDigest; name: string } | null = null;
  /** Aborted, with the reason, as soon as the file cannot be written any more. */
  private readonly failed = new AbortController();

  private constructor(
    private readonly file: string,
    private readonly aside: string,
    private readonly handle: FileHandle,
    private readonly gzip: Gzip,
    private readonly done: Promise<void>,
  ) {
    done.catch((error: unknown) => this.failed.abort(error));
  }

  /** @throws Refusal when the file cannot be written */
  static async create(file: string): Promise<BackupWriter> {
    const aside = `${file}.${process.pid}.part`;
    let handle: FileHandle;
    try {
      requireOwnFile(file);
      handle = await open(aside, 'wx', 0o600);
    } catch (error) {
      throw new Refusal(`${file} cannot be written (${messageOf(error)}): choose another with --out FILE.`);
    }
    const gzip = createGzip({ level: 6 });
    const sink = handle.createWriteStream();
    gzip.pipe(sink);
    gzip.once('error', (error) => sink.destroy(error));
    return new BackupWriter(file, aside, handle, gzip, finished(sink));
  }

  header(header: BackupHeader): Promise<void> {
    return this.line(JSON.stringify(header));
  }

  beginTable(name: string, columns: readonly string[]): Promise<void> {
    this.table = { digest: new RowDigest(), name };
    return this.line(JSON.stringify({ table: name, columns }));
  }

  async row(values: Row): Promise<void> {
    if (this.table === null) throw new Error('a row outside a table');
    const line = JSON.stringify(values);
    this.table.digest.add(line);
    await this.line(line);
  }

  async endTable(): Promise<TableTotals> {
    if (this.table === null) throw new Error('no table has begun');
    const { name, digest } = this.table;
    const totals = digest.totals();
    this.table = null;
    await this.line(JSON.stringify({ end: name, ...totals }));
    return totals;
  }

  /** Ends the file and gives it its name. */
  async close(): Promise<void> {
    const sha256 = this.whole.copy().digest('hex');
    await this.line(JSON.stringify({ end: BACKUP_FORMAT, sha256 }));
    this.gzip.end();
    await this.done;
    await rename(this.aside, this.file);
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    this.gzip.destroy();
    await this.handle.close().catch(() => undefined);
    await rm(this.aside, { force: true });
  }

  private async line(text: string): Promise<void> {
    const { signal } = this.failed;
    signal.throwIfAborted();
    this.whole.update(text).update('\n');
    // Waits while the disk is behind: nothing piles up in memory. Nor is anything left of the waiting, as it would be of
    // a race with a promise that stays open until the file's end.
    if (this.gzip.write(`${text}\n`)) return;
    await once(this.gzip, 'drain', { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw error;
    });
  }
}

/** What a reader of a backup does with it. */
export interface BackupVisitor {
  table?: (name: string, columns: readonly string[]) => Promise<void> | void;
  row?: (values: Row) => Promise<void> | void;
  endTable?: () => Promise<void>;
}

/** What a whole backup holds. */
export interface BackupSummary {
  header: BackupHeader;
  tables: Map<string, TableTotals>;
  /** Of everything: the same file gives the same. */
  sha256: string;
}

/**
 * Reads a backup from beginning to end, checks it, and tells the visitor what comes, in order.
 *
 * @throws Refusal for a file that is no backup, another version's, cut off, or damaged
 */
export async function readBackup(file: string, visitor: BackupVisitor = {}): Promise<BackupSummary> {
  const reader = new BackupReader(file, visitor);
  try {
    for await (const line of linesOf(file)) await reader.line(line);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw asRefusal(file, error) ?? error;
  }
  return reader.end();
}

/** A fault of the file, not of what is done with its rows. */
function asRefusal(file: string, error: unknown): Refusal | null {
  const code = codeOf(error) ?? '';
  if (['ENOENT', 'EISDIR', 'EACCES'].includes(code)) {
    return new Refusal(
      `${file} cannot be read (${messageOf(error)}): name a file that npm run backup wrote.`,
    );
  }
  if (code.startsWith('Z_') && messageOf(error).includes('incorrect header')) return foreign(file);
  if (code.startsWith('Z_')) return damaged(file, messageOf(error));
  return null;
}

function foreign(file: string): Refusal {
  return new Refusal(`${file} is no backup of this shop: name a file that npm run backup wrote.`);
}

function damaged(file: string, what: string): Refusal {
  return new Refusal(`${file} is damaged (${what}): nothing was restored; use another backup.`);
}

/** Follows the lines of one file. */
class BackupReader {
  private readonly whole = createHash('sha256');
  private header: BackupHeader | null = null;
  private open: { name: string; columns: number; digest: RowDigest } | null = null;
  private readonly tables = new Map<string, TableTotals>();
  private sha256: string | null = null;

  constructor(
    private readonly file: string,
    private readonly visitor: BackupVisitor,
  ) {}

  async line(text: string): Promise<void> {
    if (this.sha256 !== null) throw damaged(this.file, 'something follows its end');
    const value = this.parse(text);
    if (this.header === null) {
      this.header = this.headerOf(value);
      this.whole.update(text).update('\n');
      return;
    }
    if (textAt(value, 'end') === BACKUP_FORMAT) {
      this.sha256 = this.whole.digest('hex');
      if (textAt(value, 'sha256') !== this.sha256) throw damaged(this.file, 'its checksum is wrong');
      if (this.open !== null) throw damaged(this.file, `table ${this.open.name} has no end`);
      return;
    }
    this.whole.update(text).update('\n');
    if (Array.isArray(value)) await this.row(text, value);
    else if (textAt(value, 'table') !== null) await this.begin(value);
    else await this.finish(value);
  }

  end(): BackupSummary {
    if (this.header === null) throw foreign(this.file);
    if (this.sha256 === null) throw damaged(this.file, 'it is cut off');
    const missing = this.header.tables.filter((name) => !this.tables.has(name));
    if (missing.length > 0) throw damaged(this.file, `${missing.join(', ')} is missing`);
    return { header: this.header, tables: this.tables, sha256: this.sha256 };
  }

  private parse(text: string): unknown {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw this.header === null ? foreign(this.file) : damaged(this.file, 'a line is no JSON');
    }
  }

  private headerOf(value: unknown): BackupHeader {
    if (textAt(value, 'format') !== BACKUP_FORMAT) throw foreign(this.file);
    const version = numberAt(value, 'version');
    if (version !== BACKUP_VERSION) {
      throw new Refusal(
        `${this.file} has version ${version ?? '?'} of the format, this program reads ${BACKUP_VERSION}: restore it with the version that wrote it.`,
      );
    }
    const complete =
      numberAt(value, 'catalog', 'rows') !== null &&
      textAt(value, 'catalog', 'checksum') !== null &&
      Array.isArray(at(value, 'tables'));
    if (!complete) throw damaged(this.file, 'its header is incomplete');
    return { ...(value as BackupHeader), scenario: this.scenarioOf(at(value, 'scenario')) };
  }

  private scenarioOf(stored: unknown): BackupHeader['scenario'] {
    const override = at(stored, 'override');
    try {
      return {
        desired: scenarioDocument(at(stored, 'desired')),
        override: override === null ? null : overrideDocument(override),
      };
    } catch (error) {
      if (!(error instanceof DocumentFault)) throw error;
      throw damaged(this.file, `its scenario is none (${error.message})`);
    }
  }

  private async begin(value: unknown): Promise<void> {
    const name = textAt(value, 'table') ?? '';
    const columns = at(value, 'columns');
    if (this.open !== null || !Array.isArray(columns))
      throw damaged(this.file, `table ${name} begins wrongly`);
    this.open = { name, columns: columns.length, digest: new RowDigest() };
    await this.visitor.table?.(name, columns as string[]);
  }

  private async row(text: string, values: unknown[]): Promise<void> {
    const areTexts = values.every((value) => value === null || typeof value === 'string');
    if (this.open?.columns !== values.length || !areTexts)
      throw damaged(this.file, 'a row does not fit its table');
    this.open.digest.add(text);
    await this.visitor.row?.(values);
  }

  private async finish(value: unknown): Promise<void> {
    const { open } = this;
    if (open === null) throw damaged(this.file, 'an end without a begin');
    if (textAt(value, 'end') !== open.name) throw damaged(this.file, `the end of ${open.name} is missing`);
    const totals = open.digest.totals();
    if (numberAt(value, 'rows') !== totals.rows || textAt(value, 'sha256') !== totals.sha256) {
      throw damaged(this.file, `the checksum of ${open.name} is wrong`);
    }
    this.open = null;
    this.tables.set(open.name, totals);
    await this.visitor.endTable?.();
  }
}

/** The lines of a gzipped file, one at a time. */
async function* linesOf(file: string): AsyncGenerator<string> {
  const source = createReadStream(file);
  const gunzip = createGunzip();
  source.once('error', (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  try {
    for await (const chunk of gunzip) {
      let text: string;
      try {
        text = decoder.decode(chunk as Buffer, { stream: true });
      } catch {
        throw foreign(file);
      }
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > LONGEST_LINE) throw foreign(file);
      yield* lines;
    }
    if (rest !== '') yield rest;
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}
