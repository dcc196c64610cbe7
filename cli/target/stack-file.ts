import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isMap, isNode, isScalar, parseDocument, type Document, type Pair, type YAMLMap } from 'yaml';
import {
  ConfigFileError,
  parseStackConfig,
  PROJECT_NAME,
  stackConfigPath,
  type StackConfigSource,
} from '../../scenario/config/config-file';
import { parseScenarioConfig } from '../../scenario/config/parse';
import type { ScenarioConfig } from '../../scenario/config/schema';
import { causesInConfig } from '../../scenario/causes/all';
import { CAUSE_KEYS } from '../../scenario/causes/keys';
import { writeWholeFile } from '../../machine/private-file';
import { messageOf } from '../../machine/errors';

/** What of a stack's config breaks the shop now: in `normal` mode nothing does, whatever it says of index and pool. */
export function brokenKeys(config: ScenarioConfig): string[] {
  return (config.demoMode ?? 'normal') === 'normal' ? [] : uncleanKeys(config);
}

/** What of a stack's config is no normal operations, or would not be with the mode; empty when nothing is. */
export function uncleanKeys(config: ScenarioConfig): string[] {
  const mode = config.demoMode ?? 'normal';
  return [...(mode === 'normal' ? [] : [`demoMode is ${mode}`]), ...causesInConfig(config)];
}

/**
 * Takes the outage out of a stack file: `demoMode: normal`, and no override of indexes or pool that would keep it
 * broken, in whatever form they are written. Comments, order and everything else stay. The result is read again before
 * it is given back.
 *
 * @param file for messages
 * @returns the text, and what was changed, for a person: nothing when it was clean
 * @throws ConfigFileError for broken YAML, and where the outage cannot be taken out; ConfigError for values that can't be
 *   read
 */
export function cleanStackFile(text: string, file: string): { text: string; changes: string[] } {
  const before = parseStackConfig(text, file).values;
  const unclean = uncleanKeys(parseScenarioConfig(before));
  if (unclean.length === 0) return { text, changes: [] };
  const of = (key: string): string[] => unclean.filter((what) => new RegExp(`^${key}[. ]`).test(what));
  const dropped = Object.keys(CAUSE_KEYS).filter((key) => of(key).length > 0);
  const isOutage = unclean.some((what) => what.startsWith('demoMode'));
  const cleaned = withoutKeys(isOutage ? withNormalMode(text) : text, dropped, file);
  requireClean(cleaned, text, [...(isOutage ? ['demoMode'] : []), ...dropped], file);
  return {
    text: cleaned,
    changes: [
      ...(isOutage ? [`demoMode: ${String(before.demoMode)} → normal`] : []),
      ...dropped.map((key) => `${key} removed (${of(key).join(', ')})`),
    ],
  };
}

/** Cleans a stack's file on the disk. @throws as `cleanStackFile`, with nothing written */
export function cleanStackFileOf(config: StackConfigSource): { name: string; changes: string[] } {
  const file = stackConfigPath(config);
  const { text, changes } = cleanStackFile(readFileSync(file, 'utf8'), file);
  if (changes.length > 0) writeWholeFile(file, text);
  return { name: path.basename(file), changes };
}

/** Writes keys of the project into a stack's file; undefined takes one out. Comments and all else stay. */
export function writeKeys(config: StackConfigSource, values: Readonly<Record<string, unknown>>): void {
  const file = stackConfigPath(config);
  const document = parseDocument(readFileSync(file, 'utf8'));
  for (const [key, value] of Object.entries(values)) {
    const place = ['config', `${PROJECT_NAME}:${key}`];
    if (value === undefined) document.deleteIn(place);
    else document.setIn(place, document.createNode(value));
  }
  writeWholeFile(file, document.toString({ lineWidth: 0 }));
}

/** With the mode's value, or its alias, replaced where it stands: every other byte stays. */
function withNormalMode(text: string): string {
  const places = pairsOf(parseDocument(text), ['demoMode']).flatMap(({ value }) =>
    isNode(value) && value.range ? [value.range] : [],
  );
  return places.reduceRight(
    (result, [from, to]) => `${result.slice(0, from)}normal${result.slice(to)}`,
    text,
  );
}

function withoutKeys(text: string, keys: readonly string[], file: string): string {
  if (keys.length === 0) return text;
  const document = parseDocument(text);
  const config = configOf(document);
  for (const pair of pairsOf(document, keys)) config?.items.splice(config.items.indexOf(pair), 1);
  try {
    return document.toString({ lineWidth: 0 });
  } catch (error) {
    // Another key is an alias of what went.
    throw byHand(file, keys, messageOf(error));
  }
}

/** @throws ConfigFileError when a text still has the outage, or changed anything but these keys */
function requireClean(text: string, before: string, keys: readonly string[], file: string): void {
  let left: string[];
  try {
    left = uncleanKeys(parseScenarioConfig(parseStackConfig(text, file).values));
    if (left.length === 0 && !isDeepStrictEqual(otherKeys(text, keys), otherKeys(before, keys)))
      left = ['others refer to them'];
  } catch (error) {
    left = [messageOf(error)];
  }
  if (left.length > 0) throw byHand(file, keys, left.join(', '));
}

/** Everything in a stack file but these keys of the project. */
function otherKeys(text: string, keys: readonly string[]): unknown {
  const document = parseDocument(text).toJS() as { config?: Record<string, unknown> } | null;
  const config = Object.entries(document?.config ?? {}).filter(([name]) => !isAnyOf(name, keys));
  return { ...document, config: Object.fromEntries(config) };
}

function byHand(file: string, keys: readonly string[], why: string): ConfigFileError {
  return new ConfigFileError(
    file,
    null,
    `${keys.join(', ')} cannot be put back by a program (${why}): do it by hand, demoMode is to be normal, and run it again`,
  );
}

function configOf(document: Document): YAMLMap | null {
  const config: unknown = document.get('config', true);
  return isMap(config) ? config : null;
}

/** The pairs of the project's keys. */
function pairsOf(document: Document, keys: readonly string[]): Pair[] {
  return (configOf(document)?.items ?? []).filter(
    ({ key }) => isScalar(key) && isAnyOf(String(key.value), keys),
  );
}

/** Whether a name in a stack file is one of the project's keys, `<project>:<key>` or Pulumi's old `<project>:config:<key>`, or a member of one (`…:indexes.idx_products_category`). */
function isAnyOf(fullName: string, keys: readonly string[]): boolean {
  const [, namespace, name = ''] = /^([^:]+):(?:config:)?(.+)$/.exec(fullName) ?? [];
  return namespace === PROJECT_NAME && keys.some((key) => name === key || name.startsWith(`${key}.`));
}
