import { context, SpanStatusCode, trace, type Link, type Span, type SpanContext } from '@opentelemetry/api';
import { Pool, type PoolClient, type QueryResult, type QueryResultRow } from 'pg';
import { asOptions, SESSION_SETTINGS } from '../../scenario/sql/settings';
import { closeAtEnd } from './closing';
import { HttpError } from './errors';
import { logger } from './logger';
import { poolMetrics, type PoolMetrics } from './telemetry/pool-metrics';
import { withObservation, type QueryObservation } from './telemetry/query-observation';
import { serverSpan } from './telemetry/server-span';
import { tracer } from './telemetry/tracing';

/** A failed wait links to at most this many of the queries that held the pool, oldest first. */
const MAX_LINKS = 20;

export interface PoolSize {
  /** Most connections. */
  max: number;
  /** How long a caller waits for one (ms). */
  acquireTimeoutMs: number;
  /** PostgreSQL's statement_timeout (ms): the server cancels, so that no abandoned scan goes on. */
  statementTimeoutMs: number;
}

export interface PoolOptions extends Partial<PoolSize> {
  /** `db.client.connection.pool.name` */
  name: string;
  connectionString?: string;
  /** Settings of its sessions besides those of all (`idle_in_transaction_session_timeout`: '10s'). */
  settings?: Readonly<Record<string, string>>;
}

/** What can be done on the one connection of a transaction. */
export interface Transaction extends Pick<InstrumentedPool, 'query'> {
  /** Of its session in PostgreSQL. */
  pid: number;
}

/** A connection that was taken out of a pool. */
export interface PooledConnection extends Pick<InstrumentedPool, 'query'> {
  /** Gives it back; one that broke, or is over a smaller size, is closed. */
  release(): void;
}

/** The pool had no connection free within the acquire timeout. */
export class PoolExhaustedError extends HttpError {
  constructor(pool: string, waitedMs: number) {
    const message = `No connection of the ${pool} pool came free within ${Math.round(waitedMs)} ms.`;
    super(503, 'pool-exhausted', message, { pool });
    this.name = 'PoolExhaustedError';
  }
}

interface Holder {
  since: number;
  /** The query's span once it is there, until then the request's. */
  spanContext: SpanContext | undefined;
}

/**
 * A pg pool that shows its waits: a span for each acquisition, links from a failed one to the queries that held the
 * pool then, metrics under their semantic-convention names, and a size that can be changed while it runs.
 */
export class InstrumentedPool {
  readonly name: string;
  private readonly pool: Pool;
  private readonly holders = new Map<PoolClient, Holder>();
  private readonly appliedTimeout = new WeakMap<PoolClient, number>();
  /** Connections that are of no use any more. */
  private readonly broken = new WeakSet<PoolClient>();
  private readonly metrics: PoolMetrics;
  private size: PoolSize;

  constructor(options: PoolOptions) {
    this.name = options.name;
    this.size = {
      max: options.max ?? 10,
      acquireTimeoutMs: options.acquireTimeoutMs ?? 1_000,
      statementTimeoutMs: options.statementTimeoutMs ?? 2_000,
    };
    this.pool = new Pool({
      connectionString: options.connectionString ?? process.env.DATABASE_URL,
      options: asOptions({ ...SESSION_SETTINGS, ...options.settings }),
      application_name: `${process.env.SERVICE ?? 'ecommerce-demo'}/${options.name}`,
      max: this.size.max,
      connectionTimeoutMillis: this.size.acquireTimeoutMs,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
    });
    // An idle connection that breaks (a restart of PostgreSQL) is dropped by the pool; without a listener it would
    // end the process.
    this.pool.on('error', (error) =>
      logger.debug(
        { err: error, 'db.client.connection.pool.name': this.name },
        'an idle connection was lost',
      ),
    );
    // The pool listens to idle connections only: one that breaks while it is in use would end the process. Its query
    // gets the error.
    this.pool.on('connect', (client) => {
      client.on('error', () => undefined);
    });
    this.metrics = poolMetrics(this.name, () => ({ ...this.stats(), max: this.size.max }));
  }

  /** Connections and waiters now. */
  stats(): { used: number; idle: number; pending: number; total: number } {
    const { totalCount: total, idleCount: idle, waitingCount: pending } = this.pool;
    return { total, idle, pending, used: total - idle };
  }

  /** Connections, waiters and the size in force, for /health. */
  state(): ReturnType<InstrumentedPool['stats']> & PoolSize {
    return { ...this.stats(), ...this.size };
  }

  /** Changes the size while the pool runs; connections in use above a smaller `max` close as they come back. */
  resize(size: PoolSize): void {
    this.size = size;
    this.pool.options.max = size.max;
    this.pool.options.connectionTimeoutMillis = size.acquireTimeoutMs;
    void this.shrink();
  }

  /**
   * Runs one statement (unnamed, so that it is planned for its values) on a connection of this pool.
   *
   * @throws PoolExhaustedError after the acquire timeout; HttpError 503 `database-unavailable` or `query-timeout`
   */
  async query<Row extends QueryResultRow = QueryResultRow>(
    text: string,
    values: unknown[] = [],
    observation: QueryObservation = {},
  ): Promise<QueryResult<Row>> {
    return this.withClient((client) => this.run<Row>(client, text, values, observation));
  }

  /**
   * Runs `work` as one transaction: all of it counts once it is done, nothing of it when it throws.
   *
   * @throws as {@link query} does, and whatever `work` throws
   */
  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.withClient(async (client) => {
      await this.run(client, 'begin');
      try {
        const result = await work({
          pid: (client as PoolClient & { processID: number }).processID,
          query: (text, values, observation) => this.run(client, text, values, observation),
        });
        await this.run(client, 'commit');
        return result;
      } catch (error) {
        // Of a connection that broke PostgreSQL has rolled back by itself.
        if (!this.broken.has(client)) await this.run(client, 'rollback').catch(() => undefined);
        throw error;
      }
    });
  }

  /**
   * A connection of this pool, until it is given back: for who can't say when in one function.
   *
   * @throws PoolExhaustedError after the acquire timeout; HttpError 503 `database-unavailable`
   */
  async take(): Promise<PooledConnection> {
    const client = await this.acquire();
    return {
      query: (text, values, observation) => this.run(client, text, values, observation),
      release: () => this.release(client),
    };
  }

  /** Ends all connections, those too that nobody gave back. */
  async close(): Promise<void> {
    for (const client of this.holders.keys()) client.release(true);
    this.holders.clear();
    await this.pool.end();
  }

  private release(client: PoolClient): void {
    const holder = this.holders.get(client);
    // Closed meanwhile: it was taken back.
    if (holder === undefined) return;
    this.holders.delete(client);
    this.metrics.recordUse(performance.now() - holder.since);
    client.release(this.broken.has(client) || this.pool.totalCount > this.size.max);
  }

  private async withClient<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.acquire();
    try {
      return await work(client);
    } finally {
      this.release(client);
    }
  }

  private async run<Row extends QueryResultRow>(
    client: PoolClient,
    text: string,
    values: unknown[] = [],
    observation: QueryObservation = {},
  ): Promise<QueryResult<Row>> {
    try {
      await this.applyStatementTimeout(client);
      return await withObservation(
        {
          ...observation,
          onSpan: (span) => {
            const holder = this.holders.get(client);
            if (holder) holder.spanContext = span.spanContext();
            observation.onSpan?.(span);
          },
        },
        () => client.query<Row>(text, values),
      );
    } catch (error) {
      if (isConnectionError(error)) this.broken.add(client);
      throw toHttpError(error);
    }
  }

  private async acquire(): Promise<PoolClient> {
    const requestSpan = trace.getActiveSpan()?.spanContext();
    const span = tracer().startSpan(`acquire ${this.name}`, {
      attributes: { 'db.system.name': 'postgresql', 'db.client.connection.pool.name': this.name },
    });
    const startedAt = performance.now();
    try {
      const client = await context.with(trace.setSpan(context.active(), span), () => this.pool.connect());
      this.holders.set(client, { since: performance.now(), spanContext: requestSpan });
      return client;
    } catch (error) {
      const waitedMs = performance.now() - startedAt;
      if (!isAcquireTimeout(error) || this.pool.totalCount < this.size.max) {
        span.recordException(error instanceof Error ? error : String(error));
        span.setStatus({ code: SpanStatusCode.ERROR, message: 'no connection' });
        throw toHttpError(error);
      }
      this.tellExhausted(span, waitedMs);
      throw new PoolExhaustedError(this.name, waitedMs);
    } finally {
      const waitedMs = performance.now() - startedAt;
      span.setAttribute('shop.pool.wait_ms', Math.round(waitedMs));
      this.metrics.recordWait(waitedMs);
      span.end();
    }
  }

  private tellExhausted(span: Span, waitedMs: number): void {
    const held = [...this.holders.values()].sort((a, b) => a.since - b.since);
    const oldestMs = performance.now() - (held[0]?.since ?? performance.now());
    const holders = {
      'shop.pool.holders': held.length,
      'shop.pool.oldest_holder_age_ms': Math.round(oldestMs),
    };
    span.addLinks(held.slice(0, MAX_LINKS).flatMap(linkToHolder));
    span.setAttributes({
      'db.connection.pool.exhausted': true,
      'error.type': 'pool-exhausted',
      ...holders,
    });
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'acquire timeout' });
    this.metrics.recordTimeout();
    serverSpan()?.setAttribute('db.connection.pool.exhausted', true);
    const { used, pending } = this.stats();
    logger.error(
      {
        event: 'demo_pool_exhaustion',
        'db.client.connection.pool.name': this.name,
        'shop.pool.wait_ms': Math.round(waitedMs),
        ...holders,
        'shop.pool.used': used,
        'shop.pool.pending': pending,
      },
      'connection pool exhausted',
    );
  }

  private async applyStatementTimeout(client: PoolClient): Promise<void> {
    const { statementTimeoutMs } = this.size;
    if (this.appliedTimeout.get(client) === statementTimeoutMs) return;
    await context.with(trace.deleteSpan(context.active()), () =>
      client.query(`set statement_timeout = ${Math.round(statementTimeoutMs)}`),
    );
    this.appliedTimeout.set(client, statementTimeoutMs);
  }

  private async shrink(): Promise<void> {
    while (this.pool.idleCount > 0 && this.pool.totalCount > this.size.max) {
      const client = await this.pool.connect().catch(() => null);
      if (!client) return;
      client.release(true);
    }
  }
}

/** A pool with the environment's DATABASE_URL, which ends with the process. */
export function createPool(options: PoolOptions): InstrumentedPool {
  const pool = new InstrumentedPool(options);
  closeAtEnd(() => pool.close());
  return pool;
}

/** Pools by their names, for /health. */
export function poolsByName(pools: readonly InstrumentedPool[]): Record<string, unknown> {
  return Object.fromEntries(pools.map((pool) => [pool.name, pool.state()]));
}

/** Readiness: PostgreSQL answers on a connection of this pool. */
export async function databaseReady(pool: InstrumentedPool): Promise<void> {
  await pool.query('select 1');
}

function linkToHolder({ since, spanContext }: Holder): Link[] {
  if (!spanContext) return [];
  return [
    {
      context: spanContext,
      attributes: { 'link.kind': 'pool-holder', 'shop.pool.held_ms': Math.round(performance.now() - since) },
    },
  ];
}

/** pg-pool has no class for it, just this sentence. */
function isAcquireTimeout(error: unknown): boolean {
  return error instanceof Error && error.message.includes('timeout exceeded when trying to connect');
}

/** SQLSTATE classes after which the connection, or the server, is of no use: connection exceptions, shutdown. */
function isConnectionError(error: unknown): boolean {
  const code = sqlState(error);
  return code === null || code.startsWith('08') || code.startsWith('57P');
}

function sqlState(error: unknown): string | null {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

type PassingFault = readonly [reason: string, message: string];

const NOT_SET_UP: PassingFault = [
  'database-not-set-up',
  'The database is not set up (yet): the first start, or the set-up Job, makes schema and catalog.',
];
const AWAY: PassingFault = [
  'database-unavailable',
  'PostgreSQL does not answer; try again in a few seconds.',
];
/** Why PostgreSQL could not do what passes, by SQLSTATE. */
const PASSING: Readonly<Partial<Record<string, PassingFault>>> = {
  '3D000': NOT_SET_UP, // no such database
  '3F000': NOT_SET_UP, // no such schema
  '42P01': NOT_SET_UP, // no such table
  '42883': NOT_SET_UP, // no such function
  '42501': NOT_SET_UP, // no right to it
  '28000': NOT_SET_UP, // no such role
  '28P01': NOT_SET_UP, // not its password
  '57014': ['query-timeout', 'PostgreSQL cancelled the query at its statement_timeout.'],
  '55P03': ['lock-timeout', 'Another transaction held a row for longer than the lock_timeout.'],
};

/** What a caller is answered for an error of PostgreSQL: 503 for what passes, the error itself for a fault of ours. */
export function toHttpError(error: unknown): unknown {
  if (error instanceof HttpError) return error;
  const fault = PASSING[sqlState(error) ?? ''] ?? (isConnectionError(error) ? AWAY : undefined);
  return fault === undefined ? error : new HttpError(503, ...fault, {}, { cause: error });
}
