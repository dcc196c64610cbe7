import { isMap, isScalar, parseDocument, type Document, type Pair, type YAMLMap } from 'yaml';
import { ConfigFileError, parseStackConfig, PROJECT_NAME } from '../../scenario/config/config-file';
import { parseScenarioConfig, type ScenarioConfig } from '../../scenario/config/schema';
import { presetOf } from '../../scenario/presets';
import { INDEX_NAMES } from '../../scenario/types';

/** What keeps a stack's config from being normal operations; empty when nothing does. */
export function uncleanKeys(config: ScenarioConfig): string[] {
  const { indexes, pool } = presetOf('normal');
  const mode = config.demoMode ?? 'normal';
  return [
    ...(mode === 'normal' ? [] : [`demoMode is ${mode}`]),
    ...INDEX_NAMES.filter((name) => (config.indexes?.[name] ?? 'present') !== indexes[name]).map(
      (name) => `indexes.${name} is ${config.indexes?.[name] ?? ''}`,
    ),
    ...(config.pool?.max !== undefined && config.pool.max < pool.max
      ? [`pool.max is ${config.pool.max}, below the normal ${pool.max}`]
      : []),
  ];
}

/** A stack file's text made clean. */
export interface CleanedFile {
  text: string;
  /** What was changed, for a person; empty when it was clean. */
  changes: string[];
}

/**
 * Takes the outage out of a stack file: `demoMode: normal`, and no override of indexes or pool that would keep it
 * broken. Comments, order and everything else stay.
 *
 * @param file for messages
 * @throws ConfigFileError for broken YAML; ConfigError for values that can't be read
 */
export function cleanStackFile(text: string, file: string): CleanedFile {
  const values = parseStackConfig(text, file).values;
  const unclean = uncleanKeys(parseScenarioConfig(values));
  if (unclean.length === 0) return { text, changes: [] };
  const document = parseDocument(text);
  const config = configOf(document, file);
  const changes: string[] = [];
  let result = text;
  if (unclean.some((what) => what.startsWith('demoMode'))) {
    const pair = pairOf(config, 'demoMode');
    const value = pair?.value;
    const before = isScalar(value) ? String(value.value) : '?';
    changes.push(`demoMode: ${before} → normal`);
    if (isScalar(value)) value.value = 'normal';
    const range = isScalar(value) ? value.range : null;
    if (range) result = `${text.slice(0, range[0])}normal${text.slice(range[1])}`;
  }
  const dropped = (['indexes', 'pool'] as const).filter((key) =>
    unclean.some((what) => what.startsWith(`${key}.`)),
  );
  if (dropped.length > 0) {
    for (const key of dropped) {
      const pair = pairOf(config, key);
      if (pair !== null) config.items.splice(config.items.indexOf(pair), 1);
      changes.push(`${key} removed (${unclean.filter((what) => what.startsWith(`${key}.`)).join(', ')})`);
    }
    result = document.toString({ lineWidth: 0 });
  }
  return { text: result, changes };
}

function configOf(document: Document, file: string): YAMLMap {
  const config: unknown = document.get('config', true);
  if (!isMap(config)) throw new ConfigFileError(file, null, 'has no config');
  return config;
}

/** The project's key, also in Pulumi's old form `<project>:config:<key>`. */
function pairOf(config: YAMLMap, key: string): Pair | null {
  const names = [`${PROJECT_NAME}:${key}`, `${PROJECT_NAME}:config:${key}`];
  return config.items.find((pair) => isScalar(pair.key) && names.includes(String(pair.key.value))) ?? null;
}
