import { z } from 'zod';

/**
 * Who shares the load: the replicas that are heard of, and from which moment of the timetable on the arrivals are
 * divided among whom. Pure: times are given, and a group is never changed in place.
 *
 * A division begins LEAD_MS after it is written down. Whoever has heard of the group at a moment of the store's clock
 * therefore knows every division that begins within LEAD_MS of it: a later one is still to be written, and begins later.
 */

/** A division begins so long after it was written (ms, the store's clock). */
export const LEAD_MS = 1_500;
/** A replica not heard of for longer than this is taken for dead (ms). */
export const LEASE_MS = 3_000;
/** A division that another one has followed is remembered for so long (ms). */
const REMEMBERED_MS = 15_000;
/** More replicas than the configuration allows, and more divisions than they make within what is remembered. */
const MOST_MEMBERS = 64;
const MOST_DIVISIONS = 128;

const idSchema = z.string().min(1).max(100);
const momentSchema = z.number().min(0);

/** As it lies in the store. */
export const groupSchema = z.object({
  members: z.array(z.object({ name: idSchema, id: idSchema, heardAt: momentSchema })).max(MOST_MEMBERS),
  divisions: z
    .array(z.object({ from: momentSchema, members: z.array(idSchema).max(MOST_MEMBERS) }))
    .max(MOST_DIVISIONS),
  quietUntil: momentSchema,
});

export type LoadGroup = z.infer<typeof groupSchema>;
/** A replica: its name (its pod's), its id (new with each time it joins), and when it was last heard of (Unix ms). */
export type Member = LoadGroup['members'][number];
/** From a moment of the timetable on (Unix ms): number n of the arrivals is member n mod N's. */
export type Division = LoadGroup['divisions'][number];

/** Nobody yet. */
export const EMPTY_GROUP: LoadGroup = { members: [], divisions: [], quietUntil: 0 };

/** What hearing of a member, or its leaving, makes of the group. */
export interface Change {
  group: LoadGroup;
  /** Who was struck off: dead, or replaced by a process of the same name. Nobody plays their part until the new division. */
  struck: Member[];
}

/**
 * A member is heard of. It joins if it is new, takes the place of a process of its name, and strikes off whose lease is
 * over. When nobody's lease holds, the store was away and not everybody dead: all get another one.
 *
 * @param now Unix ms by the store's clock
 */
export function hear(group: LoadGroup, { name, id }: Pick<Member, 'name' | 'id'>, now: number): Change {
  const isOver = (member: Member): boolean => now - member.heardAt > LEASE_MS;
  const wasQuiet = group.members.length > 0 && group.members.every(isOver);
  const quietUntil = wasQuiet && now >= group.quietUntil ? now + LEASE_MS : group.quietUntil;
  const struck = group.members.filter(
    (member) => member.id !== id && (member.name === name || (isOver(member) && now >= quietUntil)),
  );
  const others = group.members.filter((member) => member.id !== id && !struck.includes(member));
  return { group: divide({ ...group, quietUntil }, [...others, { name, id, heardAt: now }], now), struck };
}

/** A member leaves: its part of the load is its own until the new division. */
export function leave(group: LoadGroup, id: string, now: number): Change {
  return {
    group: divide(
      group,
      group.members.filter((member) => member.id !== id),
      now,
    ),
    struck: [],
  };
}

function divide(group: LoadGroup, unsorted: Member[], now: number): LoadGroup {
  const members = unsorted.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, MOST_MEMBERS);
  const ids = members.map(({ id }) => id);
  const last = group.divisions.at(-1);
  const isSame = last?.members.join() === ids.join();
  const next: Division[] = isSame ? [] : [{ from: Math.max(now + LEAD_MS, last?.from ?? 0), members: ids }];
  const all = [...group.divisions, ...next];
  const divisions = all
    .filter((_, i) => (all[i + 1]?.from ?? Infinity) > now - REMEMBERED_MS)
    .slice(-MOST_DIVISIONS);
  return { ...group, members, divisions };
}
