import type { InstrumentedPool } from '../lib/database';
import { HttpError } from '../lib/errors';

/** Taken at once: at most so many come again when a process ends after it has sent them. */
const BATCH = 20;

// What another replica has taken is skipped.
const TAKE = `select m.order_id, m.context, o.user_id, o.total_cents, o.currency, o.items,
       extract(epoch from clock_timestamp() - m.written_at)::float8 * 1000 as age_ms
  from shop.outbox m join shop.orders o on o.id = m.order_id
 where m.sent_at is null and m.order_id <> all($1::uuid[])
 order by m.written_at limit ${BATCH} for update of m skip locked`;

const SENT = `update shop.outbox set sent_at = now() where order_id = any($1::uuid[])`;

/** An order as its confirmation tells of it. */
export interface Order {
  order_id: string;
  user_id: string;
  /** As PostgreSQL gives a bigint: a text. */
  total_cents: string;
  currency: string;
  items: { quantity: number }[];
}

/** A message that is taken out of the outbox. */
export interface Message extends Order {
  /** Of the request that wrote it. */
  context: Record<string, unknown>;
  /** Since it was written (ms). */
  age_ms: number;
}

/** A message that cannot be delivered is tried again after this (ms), ... */
const AGAIN_MS = 60_000;
/** ... and so many of them are known: beyond them the next ones are tried each second, and what is behind them waits. */
const MOST_ASIDE = 1_000;

/** Messages that failed by themselves, while others went: set aside, so that they are in nobody's way. */
export class SetAside {
  /** By order, when it is tried again (Unix ms), soonest first. */
  private readonly until = new Map<string, number>();

  constructor(private readonly now: () => number = Date.now) {}

  add(orderId: string): void {
    if (!this.isFull) this.until.set(orderId, this.now() + AGAIN_MS);
  }

  get isFull(): boolean {
    return this.until.size >= MOST_ASIDE;
  }

  /** The orders whose messages are not tried now. */
  orders(): string[] {
    for (const [orderId, again] of this.until) if (again <= this.now()) this.until.delete(orderId);
    return [...this.until.keys()];
  }
}

/**
 * Takes messages and has them delivered, one after the other. Who takes them holds their rows until they are marked as
 * sent: if it ends before that, whenever that is, they are there for the next one. So a message is never lost, and may
 * come twice.
 *
 * @param aside where messages go that fail for what they are
 * @returns whether there may be more
 * @throws the HttpError of `deliver`, which passes: all that were not delivered are there the next time
 */
export async function takeMessages(
  pool: InstrumentedPool,
  deliver: (message: Message) => Promise<void>,
  aside: SetAside,
): Promise<boolean> {
  const { taken, failure } = await pool.transaction(async (transaction) => {
    const { rows } = await transaction.query<Message>(TAKE, [aside.orders()]);
    const { sent, failure } = await deliverAll(rows, deliver, aside);
    if (sent.length > 0) await transaction.query(SENT, [sent]);
    return { taken: rows.length, failure };
  });
  if (failure !== null) throw failure;
  return taken === BATCH && !aside.isFull;
}

async function deliverAll(
  messages: readonly Message[],
  deliver: (message: Message) => Promise<void>,
  aside: SetAside,
): Promise<{ sent: string[]; failure: HttpError | null }> {
  const sent: string[] = [];
  for (const message of messages) {
    try {
      await deliver(message);
      sent.push(message.order_id);
    } catch (error) {
      if (error instanceof HttpError) return { sent, failure: error };
      aside.add(message.order_id);
    }
  }
  return { sent, failure: null };
}
