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

/** Taking a record over (1), or giving it back (-1): what becomes of each of its texts. */
interface Pass {
  sign: 1 | -1;
  text: (text: string) => string;
}

/**
 * Keeps records, and knows how many bytes of heap they occupy. Texts that occur again and again (attribute keys,
 * routes, SQL) are kept once, for as long as a record uses them.
 */
export class HeldMemory {
  private readonly texts = new Map<string, PooledText>();
  private readonly taking: Pass = { sign: 1, text: (text) => this.keepText(text) };
  private readonly releasing: Pass = { sign: -1, text: (text) => this.releaseText(text) };
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
    this.passSpan(span, this.taking);
  }

  /** Forgets a record that `keepSpan` took over. */
  releaseSpan(span: SpanRecord): void {
    this.passSpan(span, this.releasing);
  }

  /** Takes a record over; give it back by `releaseLog`. */
  keepLog(record: LogRecord): void {
    this.passLog(record, this.taking);
  }

  /** Forgets a record that `keepLog` took over. */
  releaseLog(record: LogRecord): void {
    this.passLog(record, this.releasing);
  }

  /** Takes a list over; give it back by `releaseList`. */
  keepList(list: AttributeList): void {
    this.passList(list, this.taking);
  }

  releaseList(list: AttributeList): void {
    this.passList(list, this.releasing);
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

  releaseText(text: string): string {
    const known = this.texts.get(text);
    if (known === undefined) return text;
    known.uses -= 1;
    if (known.uses > 0) return text;
    this.texts.delete(text);
    this.held -= textBytes(text) + POOLED_TEXT;
    return text;
  }

  private passSpan(span: SpanRecord, pass: Pass): void {
    this.held += pass.sign * ownBytesOfSpan(span);
    span.service = pass.text(span.service);
    span.name = pass.text(span.name);
    span.statusMessage = pass.text(span.statusMessage);
    this.passList(span.attributes, pass);
    for (const event of span.events) {
      event.name = pass.text(event.name);
      this.passList(event.attributes, pass);
    }
    for (const { attributes } of span.links) this.passList(attributes, pass);
  }

  private passLog(record: LogRecord, pass: Pass): void {
    this.held += pass.sign * (LOG + idBytes(record.traceId, record.spanId));
    record.service = pass.text(record.service);
    record.severity = pass.text(record.severity);
    record.body = pass.text(record.body);
    this.passList(record.attributes, pass);
  }

  private passList(list: AttributeList, pass: Pass): void {
    this.held += pass.sign * (ARRAY + list.length * WORD);
    for (let index = 0; index < list.length; index += 1) {
      list[index] = this.passValue(list[index] ?? null, pass);
    }
  }

  private passValue(value: AttributeValue, pass: Pass): AttributeValue {
    if (typeof value === 'string') return pass.text(value);
    if (typeof value === 'number') this.held += pass.sign * NUMBER;
    else if (Array.isArray(value)) this.passList(value, pass);
    else if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value);
      this.held += pass.sign * (OBJECT + entries.length * PROPERTY);
      for (const [key, each] of entries) {
        pass.text(key);
        value[key] = this.passValue(each, pass);
      }
    }
    return value;
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
