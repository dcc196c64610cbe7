import { CommandFault } from './reply';

/** Members in order of score, then of name. */
export type SortedSet = Map<string, number>;

/** What a key of each type holds. */
interface DataByType {
  string: string;
  hash: Map<string, string>;
  list: string[];
  set: Set<string>;
  zset: SortedSet;
}

export type ValueType = keyof DataByType;
export type Value = { [T in ValueType]: { type: T; data: DataByType[T] } }[ValueType];

interface Entry {
  value: Value;
  /** Milliseconds since the epoch; null without expiry. */
  expiresAt: number | null;
  /** Estimated bytes, brought up to date after each change. */
  bytes: number;
}

/** What a key and its entry cost besides their text (bytes, an estimate for V8). */
const ENTRY_OVERHEAD = 120;
/** What a member of a collection costs besides its text. */
const MEMBER_OVERHEAD = 40;

/**
 * The keys of one database: expiry when touched and in a sweep, and a bound on memory. Past the bound the keys that
 * were used least recently go, as Redis does with `maxmemory-policy allkeys-lru`. Texts are latin1: one character a byte.
 */
export class Keyspace {
  /** In order of use: a Map keeps the order of insertion, and a use inserts anew. */
  private readonly entries = new Map<string, Entry>();
  private bytes = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** Keys that have not expired. */
  get size(): number {
    this.sweep();
    return this.entries.size;
  }

  /** Estimated bytes in use. */
  get usedBytes(): number {
    return this.bytes;
  }

  has(key: string): boolean {
    return this.touch(key) !== null;
  }

  typeOf(key: string): ValueType | null {
    return this.touch(key)?.value.type ?? null;
  }

  /** The data of a key, null when there is none. @throws CommandFault WRONGTYPE */
  read<T extends ValueType>(key: string, type: T): DataByType[T] | null {
    const entry = this.touch(key);
    if (!entry) return null;
    if (entry.value.type !== type) {
      throw new CommandFault('WRONGTYPE Operation against a key holding the wrong kind of value');
    }
    return entry.value.data as DataByType[T];
  }

  /** Stores a value; the expiry goes unless it is kept. */
  write(key: string, value: Value, expiresAt: number | null = null): void {
    this.remove(key);
    const entry: Entry = { value, expiresAt, bytes: estimate(key, value) };
    this.entries.set(key, entry);
    this.bytes += entry.bytes;
    this.evict(key);
  }

  /**
   * Changes a collection in place, making it when absent and removing it when it becomes empty, as Redis does.
   *
   * @throws CommandFault WRONGTYPE
   */
  change<T extends ValueType, R>(
    key: string,
    type: T,
    make: () => DataByType[T],
    work: (data: DataByType[T]) => R,
  ): R {
    const data = this.read(key, type) ?? make();
    const result = work(data);
    const count = typeof data === 'string' || Array.isArray(data) ? data.length : data.size;
    const expiresAt = this.entries.get(key)?.expiresAt ?? null;
    if (count === 0) this.remove(key);
    else this.write(key, { type, data } as unknown as Value, expiresAt);
    return result;
  }

  remove(key: string): boolean {
    const entry = this.entries.get(key);
    if (!entry) return false;
    this.bytes -= entry.bytes;
    this.entries.delete(key);
    return entry.expiresAt === null || entry.expiresAt > this.now();
  }

  /** Sets or clears the expiry (ms since the epoch); false when there is no such key. */
  expireAt(key: string, at: number | null): boolean {
    const entry = this.touch(key);
    if (!entry) return false;
    if (at !== null && at <= this.now()) this.remove(key);
    else entry.expiresAt = at;
    return true;
  }

  /** Milliseconds left; -1 without expiry, -2 without key: what PTTL answers. */
  timeToLive(key: string): number {
    const entry = this.touch(key);
    if (!entry) return -2;
    return entry.expiresAt === null ? -1 : entry.expiresAt - this.now();
  }

  expiryOf(key: string): number | null {
    return this.touch(key)?.expiresAt ?? null;
  }

  keys(): string[] {
    this.sweep();
    return [...this.entries.keys()];
  }

  clear(): void {
    this.entries.clear();
    this.bytes = 0;
  }

  /** Removes what has expired. */
  sweep(): void {
    const now = this.now();
    for (const [key, entry] of this.entries) {
      if (entry.expiresAt !== null && entry.expiresAt <= now) this.remove(key);
    }
  }

  private touch(key: string): Entry | null {
    const entry = this.entries.get(key);
    if (!entry) return null;
    if (entry.expiresAt !== null && entry.expiresAt <= this.now()) {
      this.remove(key);
      return null;
    }
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry;
  }

  private evict(justWritten: string): void {
    for (const key of this.entries.keys()) {
      if (this.bytes <= this.maxBytes || key === justWritten) return;
      this.remove(key);
    }
  }
}

function estimate(key: string, value: Value): number {
  let bytes = ENTRY_OVERHEAD + key.length;
  if (value.type === 'string') return bytes + value.data.length;
  if (value.type === 'hash') {
    for (const [field, text] of value.data) bytes += MEMBER_OVERHEAD + field.length + text.length;
    return bytes;
  }
  const members: Iterable<string> = value.type === 'zset' ? value.data.keys() : value.data;
  for (const member of members) bytes += MEMBER_OVERHEAD + member.length;
  return bytes;
}
