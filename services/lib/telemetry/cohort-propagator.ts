import { timingSafeEqual } from 'node:crypto';
import {
  defaultTextMapSetter,
  propagation,
  type Baggage,
  type Context,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
} from '@opentelemetry/api';
import { W3CBaggagePropagator } from '@opentelemetry/core';
import { COHORT_KEYS, cohortOf } from '../cohort';

/** Beside the baggage: proves that it comes from the load generator, or from a service that believed it. */
export const COHORT_KEY_HEADER = 'x-cohort-key';

/** A load has one baggage a minute and cohort; whatever else comes must not fill the memory. */
const MAX_KNOWN = 64;

/**
 * Carries the cohort as W3C baggage, and believes it only with the key that the shop's processes share (`COHORT_KEY`).
 * Anybody else's baggage is dropped: whoever calls the shop from outside belongs to the cohort of the route, and to no
 * run. Without a key nobody is believed.
 */
export class CohortPropagator implements TextMapPropagator {
  private readonly baggage = new W3CBaggagePropagator();
  private readonly expected: Buffer;
  /** What believed baggage says, by its text: it is read once, not with each request of its minute. */
  private readonly known = new Map<string, Baggage>();
  /** And written once. */
  private readonly written = new WeakMap<Baggage, Readonly<Record<string, string>>>();

  constructor(private readonly key: string | undefined) {
    this.expected = Buffer.from(key ?? '');
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const told = propagation.getBaggage(context);
    if (!this.key || told === undefined || cohortOf(context) === null) return;
    let headers = this.written.get(told);
    if (headers === undefined) {
      const draft: Record<string, string> = {};
      this.baggage.inject(context, draft, defaultTextMapSetter);
      headers = draft;
      this.written.set(told, headers);
    }
    for (const name in headers) setter.set(carrier, name, headers[name] ?? '');
    setter.set(carrier, COHORT_KEY_HEADER, this.key);
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const given = getter.get(carrier, COHORT_KEY_HEADER);
    if (typeof given !== 'string' || !this.proves(given)) return context;
    const text = String(getter.get(carrier, 'baggage') ?? '');
    let told = this.known.get(text);
    if (told === undefined) {
      told = this.read(context, carrier, getter);
      if (this.known.size >= MAX_KNOWN) this.known.clear();
      this.known.set(text, told);
    }
    return propagation.setBaggage(context, told);
  }

  fields(): string[] {
    return [...this.baggage.fields(), COHORT_KEY_HEADER];
  }

  /** In a time that tells its length alone, which is no secret; a digest of it cost each hop more than all other checks. */
  private proves(given: string): boolean {
    const bytes = Buffer.from(given);
    return bytes.length > 0 && bytes.length === this.expected.length && timingSafeEqual(bytes, this.expected);
  }

  private read(context: Context, carrier: unknown, getter: TextMapGetter): Baggage {
    const told = propagation.getBaggage(this.baggage.extract(context, carrier, getter));
    const entries = COHORT_KEYS.flatMap((name) => {
      const entry = told?.getEntry(name);
      return entry === undefined ? [] : [[name, { value: entry.value }] as const];
    });
    return propagation.createBaggage(Object.fromEntries(entries));
  }
}
