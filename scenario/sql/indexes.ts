import type { Lock, Stage, Step } from './plan';

/** The three known indexes, which a scenario may take away. Nothing else is ever created or dropped at run time. */
export const INDEX_NAMES = [
  'idx_products_category',
  'idx_products_category_active',
  'idx_products_stock_quantity',
] as const;
export type IndexName = (typeof INDEX_NAMES)[number];
export const INDEX_STATES = ['present', 'absent'] as const;
export type IndexState = (typeof INDEX_STATES)[number];

const INDEX_COLUMNS: Readonly<Record<IndexName, string>> = {
  // The recommendation query's: an index scan that reads ten rows in order.
  idx_products_category: '(category, active, popularity_score desc, price_cents)',
  // Baseline's: the newest of a category.
  idx_products_category_active: '(category, active, created_at desc)',
  // The low-stock query's.
  idx_products_stock_quantity: '(stock_quantity)',
};

/** What is there: `present` means valid and ready; `invalid` is the left-over of an interrupted build. */
export type FoundIndexState = IndexState | 'invalid';
export type FoundIndexes = Record<IndexName, FoundIndexState>;

/** `CREATE INDEX CONCURRENTLY`: never behind or before a running scan's lock. Cannot run in a transaction. */
export function createIndexStatement(name: IndexName): string {
  return `create index concurrently if not exists ${name} on storage.products ${INDEX_COLUMNS[name]}`;
}

/** `DROP INDEX CONCURRENTLY`: a plain DROP behind a running scan stalled baseline for 1.2 s, this 2 ms (tried). */
function dropIndexStatement(name: IndexName): string {
  return `drop index concurrently if exists storage.${name}`;
}

/** One row per known index: `name`, `state`. */
export const indexStatesQuery = `
  select known.name,
         case when i.indexrelid is null then 'absent' when i.indisvalid and i.indisready then 'present' else 'invalid' end as state
    from (values ${INDEX_NAMES.map((name) => `('${name}')`).join(', ')}) as known (name)
    left join pg_index i on i.indexrelid = to_regclass('storage.' || known.name)`;

/** All who change indexes take turns. */
export const INDEX_LOCK: Lock = {
  tryLock: `select pg_try_advisory_lock(hashtext('ecommerce-demo.indexes')) as locked`,
  unlock: `select pg_advisory_unlock(hashtext('ecommerce-demo.indexes'))`,
  waitMs: 120_000,
  refusal:
    'Another applier (console, demo, a second pulumi up) has held the index lock for two minutes: ' +
    "see select * from pg_locks where locktype = 'advisory', then try again.",
};

/**
 * Makes one index what is wanted, under `INDEX_LOCK`, where anything differs. An invalid left-over of an interrupted
 * build does not count as present and is dropped first.
 *
 * @param beforeBuild taken only where the index is to be built
 */
function indexSteps(name: IndexName, wanted: IndexState, beforeBuild: readonly Step[] = []): Step[] {
  const is = (test: string): string =>
    `select coalesce((select state ${test} from (${indexStatesQuery}) as found where name = '${name}'), false) as due`;
  const drop = dropIndexStatement(name);
  const dropInvalid = { what: `dropped the invalid ${name}`, when: is(`= 'invalid'`), sql: drop };
  if (wanted === 'absent') {
    return [dropInvalid, { what: `dropped ${name}`, when: is(`= 'present'`), sql: drop }];
  }
  const missing = is(`<> 'present'`);
  return [
    dropInvalid,
    ...beforeBuild.map((step) => ({ ...step, when: missing })),
    { what: `built ${name}`, when: missing, sql: createIndexStatement(name) },
  ];
}

/**
 * Makes indexes what is wanted, one after the other, always CONCURRENTLY.
 *
 * @param beforeBuild see `indexSteps`
 */
export function indexStage(
  indexes: Readonly<Partial<Record<IndexName, IndexState>>>,
  beforeBuild: readonly Step[] = [],
): Stage & { lock: Lock } {
  const steps = INDEX_NAMES.flatMap((name) => {
    const wanted = indexes[name];
    return wanted === undefined ? [] : indexSteps(name, wanted, beforeBuild);
  });
  return { lock: INDEX_LOCK, steps };
}
