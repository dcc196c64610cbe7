import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isMap, parseDocument, type Document } from 'yaml';
import { PROJECT_NAME } from '../../scenario/config/config-file';

/** What a run by configuration sets or takes away in a stack's file. */
const RUN_KEYS: readonly (readonly string[])[] = [
  ['demoMode'],
  ['minuteSeconds'],
  ['durationMinutes'],
  ['demoStartTimestamp'],
  ['startDelaySeconds'],
  ['traffic', 'scale'],
  ['indexes', 'idx_products_category'],
  ['pool', 'max'],
];

/**
 * A stack file's text after a run: as it was before it, byte for byte. Where something else was changed meanwhile (by a
 * person, after the run's command was killed) that stays, and just the run's keys are put back.
 *
 * @param now the file's text as it is
 * @param before as it was before the run
 */
export function putBack(now: string, before: string): string {
  const [found, old] = [parseDocument(now), parseDocument(before)];
  if (found.errors.length > 0 || old.errors.length > 0 || !isMap(found.get('config', true))) return before;
  if (isDeepStrictEqual(restOf(now), restOf(before))) return before;
  for (const keys of RUN_KEYS) {
    const place = placeOf(keys);
    const value: unknown = old.getIn(place, true);
    if (value !== undefined) found.setIn(place, value);
    else remove(found, old, place);
  }
  return found.toString({ lineWidth: 0 });
}

/**
 * Puts a stack's file back on the disk. A file that is gone is written anew.
 *
 * @returns what became of it, for a person: "… is as it was before"
 */
export function restoreConfig({ file, text }: { file: string; text: string }): string {
  const result = existsSync(file) ? putBack(readFileSync(file, 'utf8'), text) : text;
  writeFileSync(file, result);
  const name = path.basename(file);
  return result === text
    ? `${name} is as it was before`
    : `${name} was changed since: that is kept, demoMode and the run's other keys are as before`;
}

/** Everything but the run's keys. */
function restOf(text: string): unknown {
  const document = parseDocument(text);
  for (const keys of RUN_KEYS) remove(document, null, placeOf(keys));
  return document.toJS();
}

/** Takes a value away, with the map around it when it was the only one and there was none before. */
function remove(document: Document, old: Document | null, place: string[]): void {
  const around = place.slice(0, -1);
  if (!isMap(document.getIn(around, true))) return;
  document.deleteIn(place);
  const left: unknown = document.getIn(around, true);
  if (around.length > 1 && isMap(left) && left.items.length === 0 && old?.hasIn(around) !== true)
    document.deleteIn(around);
}

function placeOf([key = '', ...rest]: readonly string[]): string[] {
  return ['config', `${PROJECT_NAME}:${key}`, ...rest];
}
