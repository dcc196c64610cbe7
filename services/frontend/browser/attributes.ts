import { z } from 'zod';

/** What a page may say in an attribute: nothing else gets through, so that nobody's data, or nonsense, does. */

/** A value of OTLP's JSON. */
export type AnyValue =
  | { stringValue: string }
  | { boolValue: boolean }
  | { intValue: number }
  | { doubleValue: number }
  | { arrayValue: { values: AnyValue[] } };

export interface KeyValue {
  key: string;
  value: AnyValue;
}

/** Attributes as they come: of the values only the kinds that a page sends. */
export const attributesField = z
  .array(
    z.object({
      key: z.string().max(100),
      value: z.object({
        stringValue: z.string().max(2000).optional(),
        boolValue: z.boolean().optional(),
        // Integers of 64 bits are texts in OTLP's JSON; the SDK writes them as numbers.
        intValue: z.union([z.number(), z.string().max(20)]).optional(),
        doubleValue: z.number().optional(),
        arrayValue: z
          .object({ values: z.array(z.object({ stringValue: z.string().max(200).optional() })).max(10) })
          .optional(),
      }),
    }),
  )
  .max(40)
  .default([]);

export type GivenAttributes = z.infer<typeof attributesField>;
type Read = (value: GivenAttributes[number]['value']) => AnyValue | null;

const text =
  (pattern: RegExp): Read =>
  ({ stringValue }) =>
    stringValue !== undefined && pattern.test(stringValue) ? { stringValue } : null;

const numberIn = (
  { intValue, doubleValue }: Parameters<Read>[0],
  from: number,
  to: number,
): number | null => {
  const value = Number(intValue ?? doubleValue ?? Number.NaN);
  return value >= from && value <= to ? value : null;
};

/** Of a span, by its name; what leads to an address is read by itself. */
export const SPAN_ATTRIBUTES: Readonly<Record<string, Read>> = {
  'http.request.method': text(/^(DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT)$/),
  // 0, where no answer came, is none.
  'http.response.status_code': (value) => {
    const status = numberIn(value, 100, 599);
    return status === null ? null : { intValue: Math.round(status) };
  },
  'app.widget.id': text(/^[a-z][a-z0-9-]{0,39}$/),
  'app.widget.name': text(/^[A-Za-z][A-Za-z ]{0,31}$/),
  'browser.web_vital.name': text(/^(cls|inp|lcp|ttfb)$/),
  // Always a double: a back end types a field by its first value.
  'browser.web_vital.value': (value) => {
    const measured = numberIn(value, 0, 600_000);
    return measured === null ? null : { doubleValue: measured };
  },
  'browser.web_vital.rating': text(/^(good|needs-improvement|poor)$/),
};

/** Of the resource: which browser, as it tells everybody. */
export const BROWSER_ATTRIBUTES: Readonly<Record<string, Read>> = {
  'browser.brands': ({ arrayValue }) => {
    const brands = arrayValue?.values.flatMap(({ stringValue = '' }) =>
      /^[\w .()/:;=?&-]{1,60}$/.test(stringValue) ? [{ stringValue }] : [],
    );
    return brands === undefined ? null : { arrayValue: { values: brands.slice(0, 6) } };
  },
  'browser.language': text(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$/),
  'browser.mobile': ({ boolValue }) => (boolValue === undefined ? null : { boolValue }),
  'browser.platform': text(/^[A-Za-z][A-Za-z0-9 ]{0,30}$/),
  'telemetry.sdk.version': text(/^\d{1,4}\.\d{1,4}\.\d{1,4}$/),
};

/** The attributes that are known, once each and with values that they may have. */
export function known(given: GivenAttributes, of: Readonly<Record<string, Read>>): KeyValue[] {
  const read = new Map<string, AnyValue>();
  for (const { key, value } of given) {
    const found = Object.hasOwn(of, key) && !read.has(key) ? of[key]?.(value) : null;
    if (found) read.set(key, found);
  }
  return [...read].map(([key, value]) => ({ key, value }));
}

/** The text of an attribute; null without it. */
export function textOf(given: GivenAttributes, name: string): string | null {
  return given.find(({ key }) => key === name)?.value.stringValue ?? null;
}

/** Attributes of texts and numbers that the shop itself sets. */
export function own(attributes: Readonly<Record<string, string | number>>): KeyValue[] {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? { stringValue: value } : { intValue: value },
  }));
}
