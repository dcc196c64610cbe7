import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import { RowDigest, type CatalogIdentity, type Row, type TableTotals } from './backup-format';

/** What is not made again by seeding. Carts and histories in Redis are forgotten by design. */
const NAMES = [
  'shop.orders',
  'shop.declined_orders',
  // With the orders: whoever was not told yet is told after a restore, whoever was is not told again.
  'shop.outbox',
  'shop.notifications',
];

/** A table that no seeding brings back: its columns in their order, the primary key first. */
export interface BackupTable {
  name: string;
  columns: readonly (readonly [name: string, type: string])[];
}

/** The tables that no seeding brings back, as this database has them. */
export async function backupTables(client: Client): Promise<BackupTable[]> {
  const { rows } = await client.query<BackupTable>(
    `select name, json_agg(json_build_array(attname, format_type(atttypid, atttypmod)) order by attnum) as columns
       from unnest($1::text[]) with ordinality as wanted (name, place)
       join pg_attribute on attrelid = name::regclass and attnum > 0 and not attisdropped
      group by name, place order by place`,
    [NAMES],
  );
  return rows;
}

/** Rows that are fetched, and inserted, at once. */
const BATCH = 500;

/** So that the same value is always the same text. To be called within a transaction. */
export async function useFixedTexts(client: Client): Promise<void> {
  await client.query(
    `set local timezone = 'UTC'; set local datestyle = 'ISO'; set local intervalstyle = 'postgres'; set local extra_float_digits = 1`,
  );
}

/** Every row of a table as texts, by a cursor: as much memory as one batch takes. Within a transaction. */
export async function* rowsOf(client: Client, table: BackupTable): AsyncGenerator<Row> {
  const columns = table.columns.map(([name]) => `${name}::text`).join(', ');
  const cursor = 'backup_rows';
  await client.query(
    `declare ${cursor} no scroll cursor for select ${columns} from ${table.name} order by 1`,
  );
  try {
    for (;;) {
      const { rows } = await client.query<(string | null)[]>({
        text: `fetch ${BATCH} from ${cursor}`,
        rowMode: 'array',
      });
      yield* rows;
      if (rows.length < BATCH) break;
    }
  } finally {
    // In a transaction that has failed there is nothing to close.
    await client.query(`close ${cursor}`).catch(() => undefined);
  }
}

/** Count and checksum of a table as it is, by the rule of the file. Within a transaction. */
export async function totalsOf(client: Client, table: BackupTable): Promise<TableTotals> {
  const digest = new RowDigest();
  for await (const row of rowsOf(client, table)) digest.add(JSON.stringify(row));
  return digest.totals();
}

/** How many rows there are, for progress. */
export async function countOf(client: Client, table: BackupTable): Promise<number> {
  const { rows } = await client.query<{ count: string }>(`select count(*)::text as count from ${table.name}`);
  return Number(rows[0]?.count ?? 0);
}

/** Takes rows and inserts them in batches. */
export class RowInserter {
  private batch: Row[] = [];

  constructor(
    private readonly client: Client,
    private readonly table: BackupTable,
  ) {}

  async add(row: Row): Promise<void> {
    this.batch.push(row);
    if (this.batch.length >= BATCH) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.batch.length === 0) return;
    const { columns, name } = this.table;
    const values = columns.map(([, type], index) => `(value->>${index})::${type}`).join(', ');
    await this.client.query(
      `insert into ${name} (${columns.map(([column]) => column).join(', ')})
       select ${values} from jsonb_array_elements($1::jsonb) as value`,
      [JSON.stringify(this.batch)],
    );
    this.batch = [];
  }
}

/** Changes with the catalog's data, not with their table: a backup of an older table's shop fits the same products. */
const CHECKSUM_VERSION = 1;
/** In the order in which the first checksums had them. */
const CHECKSUM_COLUMNS =
  'id, price_cents, popularity_score, stock_quantity, created_at, active, category, name';

/**
 * The catalog's parameters and a checksum over its rows: an order-free one of constant memory. Reads the table itself,
 * which no storage emulation slows down.
 *
 * @throws Error when the catalog was never finished
 */
export async function catalogIdentity(client: Client): Promise<CatalogIdentity> {
  const { rows: states } = await client.query<{ version: number; catalog_rows: number; complete: boolean }>(
    'select version, catalog_rows, complete from storage.catalog_state',
  );
  const state = states[0];
  if (state?.complete !== true) throw new Error('the catalog has not been seeded to its end');
  const { rows } = await client.query<{ count: string; mixed: string | null; sum: string | null }>(
    `select count(*)::text as count, bit_xor(half)::text as mixed, sum(half::numeric)::text as sum
       from (select ('x' || substr(md5(row(${CHECKSUM_COLUMNS})::text), 1, 16))::bit(64)::bigint as half from storage.products) as halves`,
  );
  const { count = '0', mixed, sum } = rows[0] ?? {};
  return {
    rows: state.catalog_rows,
    version: state.version,
    checksum: createHash('sha256')
      .update(`${CHECKSUM_VERSION}/${count}/${mixed ?? ''}/${sum ?? ''}`)
      .digest('hex'),
  };
}
