import { stripVTControlCharacters } from 'node:util';

/** Control characters but line feed and tab, and those that turn the order of a line's characters around. */
const UNPRINTABLE = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/**
 * A text as a terminal may get it, whoever wrote it (a host, an error body, a pod's message): without escape sequences
 * and control characters, which could hide lines, rename the window or type for the reader.
 */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(UNPRINTABLE, '');
}

/**
 * A value as JSON that a terminal may get, and that says the same: what JSON leaves as it is (C1, among it a terminal's
 * control sequences in one character, and marks that turn a line around) is written as `\u009b`.
 */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
