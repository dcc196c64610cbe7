import type { Cause } from '../cause';
import { createIndexStatement, INDEX_NAMES, indexStage, indexStatesQuery } from '../../sql/indexes';
import { INDEX_ABLATION, INDEX_SCAN_MS, type IndexPart, type IndexSettings } from './document';

/** The index that serves the recommendation query. */
const SERVING = 'idx_products_category';

function without(absent: IndexSettings['absent']): IndexPart {
  const states = INDEX_NAMES.map((name) => [name, absent.includes(name) ? 'absent' : 'present']);
  return { indexes: Object.fromEntries(states) as IndexPart['indexes'] };
}

/** The recommendation query's index is gone, so that each query scans the whole table. */
export const missingIndex: Cause = {
  name: 'missing-index',
  resolve: ({ config, settings }) => {
    const { indexes } = without(settings['missing-index']?.absent ?? []);
    for (const name of INDEX_NAMES) indexes[name] = config.indexes?.[name] ?? indexes[name];
    return { indexes };
  },
  partOf: ({ indexes }) => ({ indexes: { ...indexes } }),
  bottleneck: ({ indexes }, before) =>
    indexes[SERVING] === 'absent'
      ? before
      : {
          ...before,
          hold: INDEX_SCAN_MS,
          basis: `Predicted with the index present: a query of ${INDEX_SCAN_MS} ms.`,
        },
  telltales: ({ indexes }, _minute, before) =>
    indexes[SERVING] === 'absent' ? new Set([...before, 'db.full_table_scan']) : new Set(),
  signs: ({ indexes }) =>
    INDEX_NAMES.map((name) => ({
      kind: 'index',
      name,
      now: indexes[name],
      normal: 'present',
      words: [`index ${indexes[name]}`, name],
      heal: `Build ${name} again, concurrently`,
      seen: (shop) => (shop.indexes === null ? null : shop.indexes[name] === indexes[name]),
    })),
  confirmations: ({ indexes }) => {
    const absent = INDEX_NAMES.filter((name) => indexes[name] === 'absent');
    const isServed = indexes[SERVING] === 'present';
    return [
      {
        what:
          absent.length === 0
            ? 'PostgreSQL has all three indexes'
            : `PostgreSQL no longer has ${absent.join(' and ')}`,
        seen: (shop) => INDEX_NAMES.every((name) => shop.indexes?.[name] === indexes[name]),
      },
      {
        what: isServed ? 'EXPLAIN shows an index scan' : 'EXPLAIN shows a scan of the whole table',
        seen: (shop) => shop.plan === (isServed ? 'withIndex' : 'withoutIndex'),
      },
    ];
  },
  chain: (shop) => {
    const is = shop.indexes?.[SERVING];
    const scans = shop.plan === 'withoutIndex';
    const how = scans ? 'it scans the whole table' : 'it reads ten rows by the index';
    return [
      {
        title: 'The index',
        value: is ?? '–',
        note: `${SERVING}, as PostgreSQL has it`,
        bad: is !== undefined && is !== 'present',
      },
      {
        title: 'The query',
        value: { ms: shop.queryMs },
        note: shop.plan === null ? 'median of the last ten seconds' : `median; ${how}`,
        bad: scans,
      },
    ];
  },
  inConfig: ({ indexes }) =>
    INDEX_NAMES.filter((name) => (indexes?.[name] ?? 'present') !== 'present').map(
      (name) => `indexes.${name} is ${indexes?.[name] ?? ''}`,
    ),
  excluded: ({ indexes }) =>
    indexes?.[SERVING] !== 'absent'
      ? []
      : [
          {
            key: `indexes.${SERVING}`,
            value: 'absent',
            message:
              "makes each checkout scan the whole table, which the law of this mode's own cause knows nothing of: set demoMode blackfriday, or leave the index present",
          },
        ],
  remedy: `create the index while the shop runs: \`${createIndexStatement(SERVING)}\``,
  runKeys: INDEX_NAMES.map((name) => ['indexes', name]),
  leftovers: async (sql) => {
    const { rows } = await sql.query(indexStatesQuery);
    return rows.flatMap(({ name, state }) =>
      state === 'present' ? [] : [`${String(name)} is ${String(state)}`],
    );
  },
  ablations: [
    {
      name: INDEX_ABLATION,
      title: 'with the index left in place',
      action: 'Restore only the index',
      done: 'The index has been restored',
      event: 'index restored, pool still small',
      headline: {
        well: 'The index is back: checkouts succeed, with the small pool',
        slow: 'The index is back: checkouts succeed, still slowly',
      },
      promise: { where: 'each minute', errorRate: 0.02, since: 'the index is there', p95AboveMs: null },
      config: (settings) =>
        Object.fromEntries(
          (settings['missing-index']?.absent ?? []).map((name) => [`indexes.${name}`, 'present']),
        ),
      take: () => without([]),
      putBack: (_scenario, settings) => without(settings['missing-index']?.absent ?? []),
    },
  ],
  stages: ({ indexes }, healing) => [indexStage(indexes, healing)],
  evidence: {
    attributes: [
      'db.full_table_scan',
      'db.missing_index',
      'db.index_used',
      'db.rows_scanned',
      'db.slow_query',
    ],
    trail:
      'the acquire span of a checkout that got no connection links to the queries that held the pool then: each is a Seq Scan',
  },
  explain: ({ catalogRows, slowestQuery }) =>
    `Each checkout asks for recommendations: ten best sellers of a category in a price band. With the index <code>${SERVING}</code> PostgreSQL reads ten rows. Without it, it scans all ${catalogRows.toLocaleString('en-US')} products${slowestQuery === null ? '' : `, which took up to ${slowestQuery} (p95)`}.`,
};
