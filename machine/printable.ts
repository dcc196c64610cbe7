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
