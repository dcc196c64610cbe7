import type { Attributes } from '@opentelemetry/api';
import type { Client } from 'pg';
import { every, type BackgroundTask, oneAtATime } from '../lib/background';
import { logger } from '../lib/logger';
import { ObserverConnection } from '../lib/queries/observer-connection';
import { summarizePlan, type PlanSummary } from '../lib/queries/query-plan';
import type { ObservedQuery } from '../lib/queries/recommendations-query';

/** The plan of each query is read anew this often (ms). */
const REFRESH_MS = 2_000;
/** And run (EXPLAIN ANALYZE) this often while it is a full scan (ms), to check what is said of its rows. */
const SAMPLE_MS = 30_000;
/** A sampled count may differ from the statistics by this share before it is said. */
const TOLERATED_DIFFERENCE = 0.01;
/** Besides the watched ones, plans of this many other values are kept: those asked for last. */
const MAX_FURTHER = 32;

type Connection = Pick<ObserverConnection, 'use' | 'close'>;

interface Observed {
  query: ObservedQuery;
  values: unknown[];
  summary: PlanSummary | null;
  sampledRows: number | null;
}

/**
 * Knows how PostgreSQL runs each query with each values, by asking it: EXPLAIN of the very text and values, on a
 * connection of its own, since the exhausted pool would starve it. Another one takes the samples, since a sample
 * lasts as long as a scan.
 */
export class PlanObserver {
  private readonly watched = new Map<string, Observed>();
  private readonly further = new Map<string, Observed>();
  private readonly plans: Connection;
  private readonly samples: Connection;
  private readonly tasks: BackgroundTask[] = [];
  private tableRows: number | null = null;

  /** @param connect by application name; tests put their own in its place */
  constructor(
    connectionString: string,
    connect: (name: string) => Connection = (name) => new ObserverConnection(connectionString, name),
  ) {
    this.plans = connect('product-catalog/plan-observer');
    this.samples = connect('product-catalog/plan-sampler');
  }

  /** Observes `query` with these values from the start; others are observed from their first use on. */
  watch(query: ObservedQuery, values: unknown[]): void {
    this.watched.set(keyOf(query, values), { query, values, summary: null, sampledRows: null });
  }

  start(): void {
    if (this.tasks.length > 0) return;
    this.tasks.push(every(REFRESH_MS, 'plan observer', () => this.refresh()));
    this.tasks.push(every(SAMPLE_MS, 'plan sampler', () => this.sampleScans()));
  }

  /** Reads all plans now, e.g. because the scenario changed; after the reading under way, if there is one. */
  readonly refresh = oneAtATime(() => this.plans.use((client) => this.readPlans(client)), { again: true });

  /**
   * Span attributes of a query as observed: `db.index_used` (`NONE` without one), `db.full_table_scan`,
   * `db.missing_index`, `db.rows_scanned`. Empty before the first look at these values.
   */
  attributes(query: ObservedQuery, values: unknown[]): Attributes {
    const observed = this.find(query, values);
    const summary = observed.summary;
    if (!summary) return {};
    const rows = summary.fullTableScan ? (observed.sampledRows ?? this.tableRows) : null;
    return {
      'db.index_used': summary.indexUsed ?? 'NONE',
      'db.full_table_scan': summary.fullTableScan,
      ...(summary.fullTableScan ? { 'db.missing_index': query.servedBy } : {}),
      ...(rows === null ? {} : { 'db.rows_scanned': rows }),
    };
  }

  /** The watched plans, for /health. */
  state(): Record<string, unknown> {
    return Object.fromEntries(
      [...this.watched.values()].map(({ query, summary, sampledRows }) => [
        query.name,
        summary && {
          index_used: summary.indexUsed ?? 'NONE',
          full_table_scan: summary.fullTableScan,
          table_rows: this.tableRows,
          sampled_rows: sampledRows,
        },
      ]),
    );
  }

  async close(): Promise<void> {
    for (const task of this.tasks) task.stop();
    await Promise.allSettled([this.plans.close(), this.samples.close()]);
  }

  private find(query: ObservedQuery, values: unknown[]): Observed {
    const key = keyOf(query, values);
    const watched = this.watched.get(key);
    if (watched) return watched;
    const known = this.further.get(key);
    const observed = known ?? { query, values, summary: null, sampledRows: null };
    // Moved to the end: the first of the map is the one asked for longest ago.
    this.further.delete(key);
    this.further.set(key, observed);
    const [oldest] = this.further.keys();
    if (this.further.size > MAX_FURTHER && oldest !== undefined) this.further.delete(oldest);
    if (!known) void this.refresh().catch(() => undefined);
    return observed;
  }

  private async readPlans(client: Client): Promise<void> {
    const { rows } = await client.query<{ rows: number }>(
      // By name: the services' role may not look into the schema itself.
      `select c.reltuples::float8 as rows from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'storage' and c.relname = 'products'`,
    );
    this.tableRows = Math.round(rows[0]?.rows ?? 0);
    for (const observed of [...this.watched.values(), ...this.further.values()]) {
      observed.summary = await explain(client, observed, '');
      if (!observed.summary.fullTableScan) observed.sampledRows = null;
    }
  }

  /** Runs each watched full scan once and compares the rows it really scanned with what the statistics say. */
  private async sampleScans(): Promise<void> {
    for (const observed of this.watched.values()) {
      if (observed.summary?.fullTableScan !== true) continue;
      const sample = await this.samples.use((client) => explain(client, observed, 'analyze, timing off, '));
      // Between the look and the sample the index may have come back: then there is no scan to speak of.
      if (!sample.fullTableScan) continue;
      observed.sampledRows = sample.actualRowsScanned;
      this.compare(observed.query, sample.actualRowsScanned);
    }
  }

  private compare(query: ObservedQuery, sampledRows: number | null): void {
    if (sampledRows === null || !this.tableRows) return;
    if (Math.abs(sampledRows - this.tableRows) <= this.tableRows * TOLERATED_DIFFERENCE) return;
    logger.warn(
      {
        'shop.query.name': query.name,
        'shop.query.sampled_rows': sampledRows,
        'shop.query.table_rows': this.tableRows,
      },
      'EXPLAIN ANALYZE scanned other rows than the statistics say: run ANALYZE storage.products',
    );
  }
}

function keyOf(query: ObservedQuery, values: unknown[]): string {
  return `${query.name} ${JSON.stringify(values)}`;
}

async function explain(client: Client, { query, values }: Observed, options: string): Promise<PlanSummary> {
  const { rows } = await client.query<{ 'QUERY PLAN': unknown }>(
    `explain (${options}format json) ${query.text}`,
    values,
  );
  return summarizePlan(rows[0]?.['QUERY PLAN']);
}
