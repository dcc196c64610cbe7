import { attribute, attributesObject, type LogRecord } from '../otlp/records';
import { HeldMemory } from './held-memory';

/** Newest records kept of each event. */
const PER_EVENT = 150;
const MAX_EVENTS = 40;

/** The newest structured events (`demo_…`), each kind with its own quota, so that a frequent one hides none. */
export class LogEvents {
  private readonly byEvent = new Map<string, LogRecord[]>();
  private readonly memory = new HeldMemory();
  received = 0;
  dropped = 0;

  add(record: LogRecord): void {
    this.received += 1;
    const event = attribute(record.attributes, 'event');
    if (typeof event !== 'string' || !event.startsWith('demo_')) return;
    let records = this.byEvent.get(event);
    if (records === undefined) {
      if (this.byEvent.size >= MAX_EVENTS) {
        this.dropped += 1;
        return;
      }
      records = [];
      this.byEvent.set(event, records);
    }
    this.memory.keepLog(record);
    records.push(record);
    if (records.length > PER_EVENT) this.dropOldest(event, records);
  }

  /** Bytes of heap that the records occupy. */
  get bytes(): number {
    return this.memory.bytes;
  }

  /** Lets go of the oldest record of the most frequent event. False when there is none. */
  evict(): boolean {
    let most: [string, LogRecord[]] | undefined;
    for (const entry of this.byEvent) if (entry[1].length > (most?.[1].length ?? 0)) most = entry;
    if (most === undefined) return false;
    this.dropOldest(...most);
    return true;
  }

  private dropOldest(event: string, records: LogRecord[]): void {
    const oldest = records.shift();
    if (oldest !== undefined) this.memory.releaseLog(oldest);
    if (records.length === 0) this.byEvent.delete(event);
  }

  /** Newest first. */
  list(filter: { event?: string | undefined; traffic?: string | undefined; limit: number }) {
    const records =
      filter.event === undefined ? [...this.byEvent.values()].flat() : this.byEvent.get(filter.event);
    return (records ?? [])
      .filter(
        ({ attributes }) =>
          filter.traffic === undefined || attribute(attributes, 'traffic.type') === filter.traffic,
      )
      .sort((a, b) => b.atMs - a.atMs)
      .slice(0, filter.limit)
      .map(present);
  }

  /** Forgets what is older (Unix ms). */
  dropBefore(ms: number): void {
    for (const [event, records] of this.byEvent) {
      const kept = records.filter(({ atMs }) => atMs >= ms);
      for (const record of records) if (record.atMs < ms) this.memory.releaseLog(record);
      if (kept.length === 0) this.byEvent.delete(event);
      else this.byEvent.set(event, kept);
    }
  }

  get size(): number {
    let size = 0;
    for (const records of this.byEvent.values()) size += records.length;
    return size;
  }
}

function present(record: LogRecord) {
  const traffic = attribute(record.attributes, 'traffic.type');
  const event = attribute(record.attributes, 'event');
  return {
    at: new Date(record.atMs).toISOString(),
    event: typeof event === 'string' ? event : '',
    service: record.service,
    severity: record.severity,
    message: record.body,
    traffic: typeof traffic === 'string' ? traffic : null,
    traceId: record.traceId,
    spanId: record.spanId,
    attributes: attributesObject(record.attributes),
  };
}
