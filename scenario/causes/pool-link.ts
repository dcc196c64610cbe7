import type { ChainLink, PoolSeen } from './cause';

/** A pool as a step from cause to effect. @param who waits, and what more there is to say: `requests wait` */
export function poolLink({ used, max, pending }: PoolSeen, who: string): ChainLink {
  return {
    title: 'The pool',
    value: `${used ?? '–'} of ${max ?? '–'}`,
    note: `connections in use, ${pending ?? '–'} ${who}`,
    bad: (pending ?? 0) > 0,
  };
}
