import type { Attributes } from '@opentelemetry/api';
import { Client } from 'pg';
import { SESSION_OPTIONS } from '../../scenario/sql/settings';
import { every, type BackgroundTask } from '../lib/background';
import { logger } from '../lib/logger';
import { summarizePlan, type PlanSummary } from './plan';
import type { ObservedQuery } from './queries';

/** The plan of each query is read anew this often (ms). */
const REFRESH_MS = 2_000;
/** And run (EXPLAIN ANALYZE) this often while it is a full scan (ms), to check what is said of its rows. */
const SAMPLE_MS = 30_000;
/** A sampled count may differ from the statistics by this share before it is said. */
const TOLERATED_DIFFERENCE = 0.01;

interface Observed {
  query: ObservedQuery;
  values: unknown[];
  summary: PlanSummary | null;
  sampledAt: number;
  sampledRows: number | null;
}

/**
 * Knows how PostgreSQL runs each query, by asking it: EXPLAIN of the very text and values, on a connection of its
 * own, since the exhausted pool would starve it.
 */
export class PlanObserver {
  private readonly observed = new Map<string, Observed>();
  private client: Client | null = null;
  private task: BackgroundTask | null = null;
  private tableRows: number | null = null;
  private refreshing: Promise<void> | null = null;

  constructor(private readonly connectionString: string) {}

  /** Observes `query`; `values` are typical ones. */
  watch(query: ObservedQuery, values: unknown[]): void {
    this.observed.set(query.name, { query, values, summary: null, sampledAt: 0, sampledRows: null });
  }

  start(): void {
    this.task ??= every(REFRESH_MS, 'plan observer', () => this.refresh());
  }

  /** Reads all plans now, e.g. because the scenario changed. */
  refresh(): Promise<void> {
    this.refreshing ??= this.readPlans().finally(() => {
      this.refreshing = null;
    });
    return this.refreshing;
  }

  /**
   * Span attributes of a query as observed: `db.index_used` (`NONE` without one), `db.full_table_scan`,
   * `db.missing_index`, `db.rows_scanned`. Empty before the first look.
   */
  attributes(query: ObservedQuery): Attributes {
    const observed = this.observed.get(query.name);
    const summary = observed?.summary;
    if (!observed || !summary) return {};
    const rows = summary.fullTableScan ? (observed.sampledRows ?? this.tableRows) : null;
    return {
      'db.index_used': summary.indexUsed ?? 'NONE',
      'db.full_table_scan': summary.fullTableScan,
      ...(summary.fullTableScan ? { 'db.missing_index': query.servedBy } : {}),
      ...(rows === null ? {} : { 'db.rows_scanned': rows }),
    };
  }

  /** For /health. */
  state(): Record<string, unknown> {
    return Object.fromEntries(
      [...this.observed.values()].map(({ query, summary, sampledRows }) => [
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
    this.task?.stop();
    await this.client?.end().catch(() => undefined);
  }

  private async readPlans(): Promise<void> {
    const client = this.client ?? (await this.connect());
    try {
      const { rows } = await client.query<{ rows: number }>(
        // By name: the services' role may not look into the schema itself.
        `select c.reltuples::float8 as rows from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where n.nspname = 'storage' and c.relname = 'products'`,
      );
      this.tableRows = Math.round(rows[0]?.rows ?? 0);
      for (const observed of this.observed.values()) {
        observed.summary = await explain(client, observed, '');
        if (!observed.summary.fullTableScan) observed.sampledRows = null;
        else if (performance.now() - observed.sampledAt > SAMPLE_MS) await this.sample(client, observed);
      }
    } catch (error) {
      this.drop(client);
      throw error;
    }
  }

  /** Runs the query once and compares the rows it really scanned with what the statistics say. */
  private async sample(client: Client, observed: Observed): Promise<void> {
    observed.sampledAt = performance.now();
    const { actualRowsScanned } = await explain(client, observed, 'analyze, timing off, ');
    observed.sampledRows = actualRowsScanned;
    if (actualRowsScanned === null || !this.tableRows) return;
    if (Math.abs(actualRowsScanned - this.tableRows) > this.tableRows * TOLERATED_DIFFERENCE) {
      logger.warn(
        { query: observed.query.name, sampled_rows: actualRowsScanned, table_rows: this.tableRows },
        'EXPLAIN ANALYZE scanned other rows than the statistics say: run ANALYZE storage.products',
      );
    }
  }

  private async connect(): Promise<Client> {
    const client = new Client({
      connectionString: this.connectionString,
      options: SESSION_OPTIONS,
      application_name: 'product-catalog/plan-observer',
      connectionTimeoutMillis: 2_000,
      statement_timeout: 60_000,
    });
    client.on('error', () => {
      this.drop(client);
    });
    await client.connect();
    this.client = client;
    return client;
  }

  private drop(client: Client): void {
    if (this.client === client) this.client = null;
    void client.end().catch(() => undefined);
  }
}

async function explain(client: Client, { query, values }: Observed, options: string): Promise<PlanSummary> {
  const { rows } = await client.query<{ 'QUERY PLAN': unknown }>(
    `explain (${options}format json) ${query.text}`,
    values,
  );
  return summarizePlan(rows[0]?.['QUERY PLAN']);
}
