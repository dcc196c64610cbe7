import type { InstrumentedPool } from '../lib/database';

/** Taken at once: at most so many come again when a process ends after it has sent them. */
const BATCH = 20;

// What another replica has taken is skipped.
const TAKE = `select m.order_id, m.context, o.user_id, o.total_cents, o.currency, o.items,
       extract(epoch from clock_timestamp() - m.written_at)::float8 * 1000 as age_ms
  from shop.outbox m join shop.orders o on o.id = m.order_id
 where m.sent_at is null
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

/**
 * Takes messages and has them delivered, one after the other. Who takes them holds their rows until they are marked as
 * sent: if it ends before that, whenever that is, they are there for the next one. So a message is never lost, and may
 * come twice.
 *
 * @returns whether there may be more
 * @throws what `deliver` does; what was delivered before that counts
 */
export async function takeMessages(
  pool: InstrumentedPool,
  deliver: (message: Message) => Promise<void>,
): Promise<boolean> {
  const { taken, failure } = await pool.transaction(async (transaction) => {
    const { rows } = await transaction.query<Message>(TAKE);
    const { sent, failure } = await deliverAll(rows, deliver);
    if (sent.length > 0) await transaction.query(SENT, [sent]);
    return { taken: rows.length, failure };
  });
  if (failure !== null) throw failure.error;
  return taken === BATCH;
}

async function deliverAll(
  messages: readonly Message[],
  deliver: (message: Message) => Promise<void>,
): Promise<{ sent: string[]; failure: { error: unknown } | null }> {
  const sent: string[] = [];
  for (const message of messages) {
    try {
      await deliver(message);
    } catch (error) {
      return { sent, failure: { error } };
    }
    sent.push(message.order_id);
  }
  return { sent, failure: null };
}
