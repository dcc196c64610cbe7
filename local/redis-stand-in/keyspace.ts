import { CommandFault } from './reply';

type Hash = Map<string, string>;

interface Entry {
  data: string | Hash;
  /** Milliseconds since the epoch; null without expiry. */
  expiresAt: number | null;
  /** Estimated bytes, brought up to date after each change. */
  bytes: number;
}

/** What a key and its entry cost besides their text (bytes, an estimate for V8). */
const ENTRY_OVERHEAD = 120;
/** What a field of a hash costs besides its text. */
const FIELD_OVERHEAD = 40;

/**
 * The keys of one database, texts and hashes: expiry when touched and in a sweep, and a bound on memory. Past the
 * bound the keys that were used least recently go, as Redis does with `maxmemory-policy allkeys-lru`. Texts are
 * latin1: one character a byte.
 */
export class Keyspace {
  /** In order of use: a Map keeps the order of insertion, and a use inserts anew. */
  private readonly entries = new Map<string, Entry>();
  /** Estimated bytes in use. */
  usedBytes = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** Names of the keys that have not expired. */
  names(): string[] {
    this.sweep();
    return [...this.entries.keys()];
  }

  /** The text of a key, null when there is none. @throws CommandFault WRONGTYPE */
  text(key: string): string | null {
    const data = this.touch(key)?.data ?? null;
    if (data === null || typeof data === 'string') return data;
    throw wrongType();
  }

  /** The hash of a key, null when there is none. @throws CommandFault WRONGTYPE */
  hash(key: string): Hash | null {
    const data = this.touch(key)?.data ?? null;
    if (typeof data !== 'string') return data;
    throw wrongType();
  }

  /** Stores a text or a hash. @param lifetimeMs after which it expires; null: it does not */
  write(key: string, data: string | Hash, lifetimeMs: number | null = null): void {
    this.store(key, data, lifetimeMs === null ? null : this.now() + lifetimeMs);
  }

  /**
   * Changes a hash in place, making it when absent and removing it when it becomes empty, as Redis does.
   *
   * @throws CommandFault WRONGTYPE
   */
  changeHash<R>(key: string, work: (hash: Hash) => R): R {
    const hash = this.hash(key) ?? new Map<string, string>();
    const result = work(hash);
    const expiresAt = this.entries.get(key)?.expiresAt ?? null;
    if (hash.size === 0) this.remove(key);
    else this.store(key, hash, expiresAt);
    return result;
  }

  /** False when there is no such key. */
  remove(key: string): boolean {
    const entry = this.entries.get(key);
    if (!entry) return false;
    this.usedBytes -= entry.bytes;
    this.entries.delete(key);
    return entry.expiresAt === null || entry.expiresAt > this.now();
  }

  /** Sets the expiry (ms from now); false when there is no such key. */
  expireIn(key: string, lifetimeMs: number): boolean {
    const entry = this.touch(key);
    if (!entry) return false;
    if (lifetimeMs <= 0) this.remove(key);
    else entry.expiresAt = this.now() + lifetimeMs;
    return true;
  }

  /** Removes what has expired. */
  sweep(): void {
    const now = this.now();
    for (const [key, entry] of this.entries) {
      if (entry.expiresAt !== null && entry.expiresAt <= now) this.remove(key);
    }
  }

  private store(key: string, data: string | Hash, expiresAt: number | null): void {
    this.remove(key);
    const entry: Entry = { data, expiresAt, bytes: estimate(key, data) };
    this.entries.set(key, entry);
    this.usedBytes += entry.bytes;
    this.evict(key);
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
      if (this.usedBytes <= this.maxBytes || key === justWritten) return;
      this.remove(key);
    }
  }
}

const wrongType = (): CommandFault =>
  new CommandFault('WRONGTYPE Operation against a key holding the wrong kind of value');

function estimate(key: string, data: string | Hash): number {
  let bytes = ENTRY_OVERHEAD + key.length;
  if (typeof data === 'string') return bytes + data.length;
  for (const [field, text] of data) bytes += FIELD_OVERHEAD + field.length + text.length;
  return bytes;
}
