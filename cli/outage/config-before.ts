import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isMap, parseDocument, type Document } from 'yaml';
import {
  ConfigFileError,
  loadScenarioConfig,
  parseStackConfig,
  PROJECT_NAME,
  readStackConfigFile,
  stackConfigPath,
} from '../../scenario/config/config-file';
import { CAUSES } from '../../scenario/causes/all';
import { writeWholeFile } from '../../machine/private-file';
import { messageOf, Refusal } from '../../machine/errors';
import { at } from '../../machine/json';
import { uncleanKeys } from '../target/stack-file';
import type { Target } from '../target/target';

/** What a run by configuration sets or takes away in a stack's file. */
const RUN_KEYS: readonly (readonly string[])[] = [
  ['demoMode'],
  ['minuteSeconds'],
  ['durationMinutes'],
  ['shownMinutes'],
  ['demoStartTimestamp'],
  ['startDelaySeconds'],
  ['traffic', 'scale'],
  ...CAUSES.flatMap(({ runKeys }) => runKeys),
];

/**
 * A stack file's text after a run: as it was before it, byte for byte. Where something else was changed meanwhile (by a
 * person, after the run's command was killed) that stays, and just the run's keys are put back.
 *
 * @param now the file's text as it is
 * @param before as it was before the run
 * @param file for messages
 * @throws ConfigFileError for a text that is no stack file: it is somebody's, in the midst of an edit
 */
export function putBack(now: string, before: string, file: string): string {
  if (now.trim() === '') return before;
  parseStackConfig(now, file);
  if (isDeepStrictEqual(restOf(now), restOf(before))) return before;
  const [found, old] = [parseDocument(now), parseDocument(before)];
  // `config:` without anything in it.
  if (!isMap(found.get('config', true))) found.set('config', found.createNode({}));
  for (const keys of RUN_KEYS) {
    const place = placeOf(keys);
    const value: unknown = old.getIn(place, true);
    if (value !== undefined) found.setIn(place, value);
    else remove(found, old, place);
  }
  const result = found.toString({ lineWidth: 0 });
  const wrong = wrongKeys(result, before);
  if (wrong.length > 0)
    throw new ConfigFileError(file, null, `${wrong.join(', ')} cannot be put back: written in another form`);
  return result;
}

/**
 * Puts a stack's file back on the disk: always the one of the target's own stack. A file that is gone is written anew.
 *
 * @param before its text before the run
 * @returns what became of it, for a person: "… is as it was before"
 * @throws Refusal, with nothing written, when the file is no stack file any more; it says what to do
 */
export function restoreConfig({ config, stack }: Pick<Target, 'config' | 'stack'>, before: string): string {
  const file = stackConfigPath(config);
  const name = path.basename(file);
  const now = existsSync(file) ? readFileSync(file, 'utf8') : '';
  let result: string;
  try {
    result = putBack(now, before, file);
  } catch (error) {
    throw new Refusal(
      `${messageOf(error)}. It was changed since the run began, so it is not overwritten: mend it, then ` +
        `npm run rollback -- --target stack --stack ${stack}`,
    );
  }
  if (result !== now) writeWholeFile(file, result);
  return result === before
    ? `${name} is as it was before`
    : `${name} was changed since: that is kept, demoMode and the run's other keys are as before`;
}

/**
 * Looks whether a stack's file is one to heal with, where nobody here knows how it was before the run (another machine
 * does). It is not touched: that somebody else's run was left open is no reason to change this machine's file.
 *
 * @returns what of a run is in it all the same, for a person, with what to type
 * @throws Refusal when it names an outage; ConfigError or ConfigFileError when it can't be read
 */
export function ownConfig({ config, stack }: Pick<Target, 'config' | 'stack'>): string {
  const { file, values } = readStackConfigFile(config);
  const name = path.basename(file);
  const unclean = uncleanKeys(loadScenarioConfig(config));
  if (unclean.length > 0) {
    throw new Refusal(
      `${name} of this machine names an outage (${unclean.join(', ')}), and how it was before the run is known only where ` +
        `the run was started. Type npm run rollback -- --target stack --stack ${stack}, which takes it out and updates the stack`,
    );
  }
  const left = RUN_KEYS.filter((keys) => keys[0] !== 'demoMode' && at(values, ...keys) !== null);
  if (left.length === 0) return `${name} of this machine has nothing of a run`;
  const typed = left.map((keys) => `pulumi config rm --stack ${stack} --path ${keys.join('.')}`);
  return (
    `${name} of this machine has no outage. It sets ${left.map((keys) => keys.join('.')).join(', ')}, as a run may ` +
    `have left it; what is not yours goes with: ${typed.join('; ')}`
  );
}

/** The run's keys that a text has otherwise than it was before. */
function wrongKeys(text: string, before: string): string[] {
  const [found, old] = [parseDocument(text).toJS() as unknown, parseDocument(before).toJS() as unknown];
  return RUN_KEYS.filter((keys) => {
    const place = placeOf(keys);
    return !isDeepStrictEqual(at(found, ...place), at(old, ...place));
  }).map((keys) => keys.join('.'));
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
