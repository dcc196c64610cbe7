import type { Clock } from '../schedule/clock';
import { hear, LEAD_MS, leave, type Change, type Division, type LoadGroup, type Member } from './group';

/** A replica makes itself heard so long after the last time (ms). */
const BEAT_MS = 500;
/** A store that has not answered by then is away (ms): well before what is known of the divisions ends. */
const ANSWER_MS = 800;
/** So many others at most can come between at one time. */
const MOST_TRIES = 20;

/** Where the group lies, for all replicas to read and change. */
export interface GroupStore {
  /** The group, which version of it that is, and the store's time (Unix ms). */
  read: () => Promise<{ revision: string; group: LoadGroup; now: number }>;
  /** Replaces that version; false when somebody else has. */
  replace: (revision: string, group: LoadGroup) => Promise<boolean>;
}

/** What the members of a group are told. */
export interface MembershipEvents {
  /** Something new is known, or it is known that the store is away: what was undecided may be decided. */
  onHeard: () => void;
  /** This replica has struck others off: nobody plays their parts from when each was heard of last until a moment (Unix ms). */
  onStruck: (struck: readonly Member[], until: number) => void;
}

/** What becomes of the group at a moment of the store's clock; null when there is nothing to be said any more. */
type Saying = (group: LoadGroup, now: number) => Change | null;

/**
 * One replica's part in the group. It makes itself heard twice a second and learns of every division before it begins.
 * While the store is away the last known division holds; after standing still it decides nothing until it has heard.
 */
export class Membership {
  /** New with each time it joins: what was divided before it was struck off is not its own any more. */
  id: string | null = null;
  divisions: readonly Division[] = [];
  /** Divisions that begin before this moment of the store's clock (Unix ms) are known. */
  private horizon = 0;
  /** When the last answer was asked for, or known not to come (Unix ms, own clock). */
  private outcomeAt = -Infinity;
  private isStoreAway = false;
  private state: 'new' | 'in' | 'leaving' = 'new';
  private cancelTimer: (() => void) | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly store: GroupStore,
    private readonly name: string,
    private readonly events: MembershipEvents,
  ) {}

  /** Joins, and goes on until {@link leave}; harmless when it has begun already. */
  start(): void {
    if (this.state !== 'new') return;
    this.state = 'in';
    void this.beat();
  }

  /**
   * Leaves: resolves when others play its part, so that whoever plays on until then leaves no gap; at once when the store
   * is away.
   */
  async leave(): Promise<void> {
    const { id } = this;
    this.state = 'leaving';
    this.cancelTimer?.();
    if (id === null) return;
    await this.say((group, now) => leave(group, id, now));
    if (this.isStoreAway) return;
    await this.wait(Math.min(Math.max(0, this.horizon - this.clock.now()), LEAD_MS));
  }

  /**
   * Is it known who plays an arrival at that time (Unix ms)? After standing still it isn't, until the store was asked
   * anew; while the store is away it is: nothing newer can be heard.
   */
  isSettled(time: number): boolean {
    if (this.clock.now() >= this.outcomeAt + LEAD_MS) return false;
    return this.isStoreAway || time < this.horizon;
  }

  /** For a status: its place in the division under way, among how many, and whether the store answers. */
  view(): { index: number | null; count: number; store: 'answers' | 'away' } {
    const now = this.clock.now();
    const members = this.divisions.findLast(({ from }) => from <= now)?.members ?? [];
    const index = members.indexOf(this.id ?? '');
    return {
      index: index === -1 ? null : index,
      count: members.length,
      store: this.isStoreAway ? 'away' : 'answers',
    };
  }

  private async beat(): Promise<void> {
    await this.say((group, now) =>
      this.state === 'in' ? hear(group, { name: this.name, id: this.idIn(group, now) }, now) : null,
    );
    if (this.state !== 'in') return;
    this.cancelTimer = this.clock.after(BEAT_MS, () => {
      void this.beat();
    });
  }

  /** Its id, as long as it was not struck off; else the one with which it joins. */
  private idIn({ members }: LoadGroup, now: number): string {
    if (this.id === null || !members.some(({ id }) => id === this.id)) {
      this.id = `${this.name}/${Math.round(now)}`;
    }
    return this.id;
  }

  /** Changes the group and so learns of it, or learns that the store is away. */
  private async say(saying: Saying): Promise<void> {
    const askedAt = this.clock.now();
    const isAnswered = await Promise.race([
      this.change(saying, askedAt).catch(() => false),
      this.wait(ANSWER_MS).then(() => false),
    ]);
    const now = this.clock.now();
    // After standing still no answer says nothing of the store.
    if (!isAnswered && now < askedAt + LEAD_MS) {
      this.isStoreAway = true;
      this.outcomeAt = now;
    }
    this.events.onHeard();
  }

  private async change(saying: Saying, askedAt: number): Promise<boolean> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const { revision, group, now } = await this.store.read();
      const said = saying(group, now);
      if (said === null) return false;
      if (!(await this.store.replace(revision, said.group))) continue;
      const { divisions } = said.group;
      if (said.struck.length > 0) this.events.onStruck(said.struck, divisions.at(-1)?.from ?? now);
      // An answer so late that a later one has come before.
      if (now + LEAD_MS < this.horizon) return true;
      this.divisions = divisions;
      this.horizon = now + LEAD_MS;
      this.outcomeAt = askedAt;
      this.isStoreAway = false;
      return true;
    }
    return false;
  }

  private wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.after(ms, resolve);
    });
  }
}
