import type { AttributeList, AttributeValue, LogRecord, SpanRecord } from '../otlp/records';

/*
 * Sizes of values on V8's heap (bytes), 64 bits without pointer compression. A record's texts are counted apart:
 * equal ones are kept once.
 */
const WORD = 8;
const ARRAY = 6 * WORD;
/** A double that is not a small integer is an object of its own. */
const NUMBER = 2 * WORD;
const TEXT_HEADER = 2 * WORD;
/** A pool's entry: its object, and its share of the map at half load. */
const POOLED_TEXT = 12 * WORD;
/** A property of an object that is a dictionary: key, value and details, at half load. */
const PROPERTY = 6 * WORD;
const OBJECT = 16 * WORD;
const SPAN = 20 * WORD;
const EVENT = 8 * WORD;
const LINK = 6 * WORD;
const LOG = 14 * WORD;
const TWO_BYTE = /[\u0100-\uffff]/;

/** Bytes of a text on the heap: one to a character while all are Latin-1, else two. */
export function textBytes(text: string): number {
  const characters = TWO_BYTE.test(text) ? 2 * text.length : text.length;
  return TEXT_HEADER + WORD * Math.ceil(characters / WORD);
}

interface PooledText {
  text: string;
  uses: number;
}

/**
 * Keeps records, and knows how many bytes of heap they occupy. Texts that occur again and again (attribute keys,
 * routes, SQL) are kept once, for as long as a record uses them.
 */
export class HeldMemory {
  private readonly texts = new Map<string, PooledText>();
  private held = 0;

  /** Bytes of heap that all kept records occupy. */
  get bytes(): number {
    return this.held;
  }

  /** Counts memory besides records, e.g. of what holds them; a negative number gives it back. */
  count(bytes: number): void {
    this.held += bytes;
  }

  /** Takes a record over, whose texts become the shared ones. Give it back by `releaseSpan`. */
  keepSpan(span: SpanRecord): void {
    this.held += ownBytesOfSpan(span);
    span.service = this.keepText(span.service);
    span.name = this.keepText(span.name);
    span.statusMessage = this.keepText(span.statusMessage);
    this.keepList(span.attributes);
    for (const event of span.events) {
      event.name = this.keepText(event.name);
      this.keepList(event.attributes);
    }
    for (const { attributes } of span.links) this.keepList(attributes);
  }

  /** Forgets a record that `keepSpan` took over. */
  releaseSpan(span: SpanRecord): void {
    this.held -= ownBytesOfSpan(span);
    for (const text of [span.service, span.name, span.statusMessage]) this.releaseText(text);
    this.releaseList(span.attributes);
    for (const { name, attributes } of span.events) {
      this.releaseText(name);
      this.releaseList(attributes);
    }
    for (const { attributes } of span.links) this.releaseList(attributes);
  }

  /** Takes a record over; give it back by `releaseLog`. */
  keepLog(record: LogRecord): void {
    this.held += ownBytesOfLog(record);
    record.service = this.keepText(record.service);
    record.severity = this.keepText(record.severity);
    record.body = this.keepText(record.body);
    this.keepList(record.attributes);
  }

  /** Forgets a record that `keepLog` took over. */
  releaseLog(record: LogRecord): void {
    this.held -= ownBytesOfLog(record);
    for (const text of [record.service, record.severity, record.body]) this.releaseText(text);
    this.releaseList(record.attributes);
  }

  /** The kept copy of `text`; give it back by `releaseText`. */
  keepText(text: string): string {
    const known = this.texts.get(text);
    if (known !== undefined) {
      known.uses += 1;
      return known.text;
    }
    this.texts.set(text, { text, uses: 1 });
    this.held += textBytes(text) + POOLED_TEXT;
    return text;
  }

  releaseText(text: string): void {
    const known = this.texts.get(text);
    if (known === undefined) return;
    known.uses -= 1;
    if (known.uses > 0) return;
    this.texts.delete(text);
    this.held -= textBytes(text) + POOLED_TEXT;
  }

  /** Takes a list over; give it back by `releaseList`. */
  keepList(list: AttributeList): void {
    this.held += ARRAY + list.length * WORD;
    for (let index = 0; index < list.length; index += 1) list[index] = this.keepValue(list[index] ?? null);
  }

  releaseList(list: AttributeList): void {
    this.held -= ARRAY + list.length * WORD;
    for (const value of list) this.releaseValue(value);
  }

  private keepValue(value: AttributeValue): AttributeValue {
    switch (typeof value) {
      case 'string':
        return this.keepText(value);
      case 'number':
        this.held += NUMBER;
        return value;
      case 'boolean':
        return value;
      default: {
        if (value === null) return null;
        if (Array.isArray(value)) {
          this.keepList(value);
          return value;
        }
        const entries = Object.entries(value);
        this.held += OBJECT + entries.length * PROPERTY;
        for (const [key, each] of entries) {
          this.keepText(key);
          value[key] = this.keepValue(each);
        }
        return value;
      }
    }
  }

  private releaseValue(value: AttributeValue): void {
    if (typeof value === 'string') this.releaseText(value);
    else if (typeof value === 'number') this.held -= NUMBER;
    else if (Array.isArray(value)) this.releaseList(value);
    else if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value);
      this.held -= OBJECT + entries.length * PROPERTY;
      for (const [key, each] of entries) {
        this.releaseText(key);
        this.releaseValue(each);
      }
    }
  }
}

/** Ids are texts of their own: each is unique, or nearly so. */
function idBytes(...ids: (string | null)[]): number {
  return ids.reduce((sum, id) => sum + (id === null ? 0 : textBytes(id)), 0);
}

function ownBytesOfSpan(span: SpanRecord): number {
  let bytes = SPAN + idBytes(span.traceId, span.spanId, span.parentSpanId);
  bytes += 2 * ARRAY + span.events.length * (EVENT + WORD);
  for (const link of span.links) bytes += LINK + WORD + idBytes(link.traceId, link.spanId);
  return bytes;
}

function ownBytesOfLog(record: LogRecord): number {
  return LOG + idBytes(record.traceId, record.spanId);
}
