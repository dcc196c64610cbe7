import { QUEUES } from '../../../scenario/causes/all';
import type { Queue, Statement } from '../../../scenario/causes/cause';
import type { Facts } from './facts';
import { Totals } from './series';

/** Something by whose time an outage shows: a statement, or the wait for a connection of a pool. */
export type CauseKey = Statement | `wait for ${string}`;

const WAITS: ReadonlyMap<string | null, CauseKey> = new Map(
  QUEUES.map(({ pool }) => [pool, `wait for ${pool}`]),
);

/** What a span tells of, wherever in a trace it is; null: of no outage's cause. */
export function causeKey({ traffic, dbStatement, statement, pool }: Facts): CauseKey | null {
  if (traffic !== 'demo') return null;
  return dbStatement ? statement : (WAITS.get(pool) ?? null);
}

/** What is done with a queue's connections, and the wait for one. */
export interface CauseFigures {
  /** Null where nothing is done with them. */
  statement: Totals | null;
  wait: Totals;
}

/** Of what was seen, what is a queue's. */
export function causeFigures(seen: (key: CauseKey) => Totals | undefined, queue: Queue): CauseFigures {
  return {
    statement: queue.statement === null ? null : (seen(queue.statement) ?? new Totals()),
    wait: seen(`wait for ${queue.pool}`) ?? new Totals(),
  };
}
