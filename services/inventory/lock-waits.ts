import { isSpanContextValid, type Attributes, type Span, type SpanContext } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { every, type BackgroundTask } from '../lib/background';
import type { ObserverConnection } from '../lib/queries/observer-connection';
import type { QueryObservation } from '../lib/telemetry/query-observation';
import { traceparentOf } from '../lib/telemetry/sql-comment';

/** PostgreSQL is asked this often who holds what others wait for (ms). */
const LOOK_EVERY_MS = 200;
/** A wait links to at most this many transactions, those first that held the row first. */
const MAX_LINKS = 20;

// Of all who wait for a row only the first waits for the transaction that holds it, the others for their turn: what
// the first waits for, all of them wait for. The holder's state changed when its update was done: when it got the row.
const HOLDERS = `select head.pid as waiter, holder.pid as holder, holder.query,
       extract(epoch from clock_timestamp() - holder.state_change)::float8 * 1000 as held_ms
  from (select distinct pid from pg_locks
         where locktype = 'transactionid' and not granted and pid = any($1::int[])) as head
  cross join lateral unnest(pg_blocking_pids(head.pid)) as blocking (pid)
  join pg_stat_activity as holder on holder.pid = blocking.pid`;

interface HolderRow {
  waiter: number;
  holder: number;
  query: string;
  held_ms: number | null;
}

interface Wait {
  productId: number;
  since: number;
  span: Span | null;
  /** Spans that it links to. */
  holders: Set<string>;
}

/** What a wait was, as far as PostgreSQL was seen to make it. */
export interface WaitSeen {
  waitedMs: number;
  /** Transactions that held the row one after the other, of those that were seen. */
  holders: number;
}

/**
 * Sees who holds the row that a statement waits for, while it waits: by pg_blocking_pids, and by the traceparent that the
 * holder's statement carries. The waiting statement's span links to each of them.
 */
export class LockWaits {
  private readonly waits = new Map<number, Wait>();

  constructor(
    private readonly connection: Pick<ObserverConnection, 'use' | 'close'>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Looks now and then. */
  start(): BackgroundTask {
    return every(LOOK_EVERY_MS, 'lock waits', () => this.look());
  }

  /**
   * Runs a statement that may wait for the row of a product.
   *
   * @param pid of the session that runs it
   * @param onFailed told what its wait was when it fails
   */
  async during<T>(
    { pid, productId }: { pid: number; productId: number },
    statement: (observation: QueryObservation) => Promise<T>,
    onFailed: (wait: WaitSeen) => void,
  ): Promise<T> {
    const wait: Wait = { productId, since: this.now(), span: null, holders: new Set() };
    const seen = (): WaitSeen => ({ waitedMs: this.now() - wait.since, holders: wait.holders.size });
    this.waits.set(pid, wait);
    try {
      return await statement({
        onSpan: (span) => {
          wait.span = span;
        },
        onDuration: () => (wait.holders.size === 0 ? {} : waitAttributes(seen())),
      });
    } catch (error) {
      onFailed(seen());
      throw error;
    } finally {
      this.waits.delete(pid);
    }
  }

  /** Asks who holds what is waited for, if anybody has waited for a while. */
  async look(): Promise<void> {
    const longest = Math.max(0, ...[...this.waits.values()].map(({ since }) => this.now() - since));
    if (longest < LOOK_EVERY_MS) return;
    const { rows } = await this.connection.use((client) =>
      client.query<HolderRow>(HOLDERS, [[...this.waits.keys()]]),
    );
    for (const row of rows) this.note(row);
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  private note({ waiter, holder, query, held_ms }: HolderRow): void {
    const context = contextOf(query);
    const productId = this.waits.get(waiter)?.productId;
    if (context === null || productId === undefined) return;
    for (const wait of this.waits.values()) {
      if (wait.productId !== productId || wait.holders.has(context.spanId) || wait.holders.size >= MAX_LINKS)
        continue;
      wait.holders.add(context.spanId);
      wait.span?.addLink({
        context,
        attributes: {
          'link.kind': 'lock-holder',
          'shop.lock.held_ms': Math.round(held_ms ?? 0),
          'shop.lock.holder_pid': holder,
        },
      });
    }
  }
}

/** A wait as span attributes. */
export function waitAttributes({ waitedMs, holders }: WaitSeen): Attributes {
  return { 'shop.lock.wait_ms': Math.round(waitedMs), 'shop.lock.holders': holders };
}

/** The span on whose behalf a statement ran. */
function contextOf(statement: string): SpanContext | null {
  const context = parseTraceParent(traceparentOf(statement) ?? '');
  return context !== null && isSpanContextValid(context) ? { ...context, isRemote: true } : null;
}
