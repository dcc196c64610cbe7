import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { keysOfNamespace, PROJECT_NAME, readStackConfigFile } from '../../scenario/config/config-file';
import { acceptedKeys, deploymentFaults } from '../../scenario/config/deployment';
import { ConfigError, type ConfigFault } from '../../scenario/config/config-error';
import { parseScenarioConfig } from '../../scenario/config/parse';
import type { EngineView } from './engine';

/** What the config of a stack says, as far as it can be read. */
export type StackFacts = Awaited<ReturnType<typeof readFacts>>;

/**
 * The facts of a stack: as the engine tells them, secrets included; of its file, without them, where it does not.
 *
 * @throws ConfigFileError where there is no such file, or broken YAML in it
 */
export async function readFacts(engine: EngineView, projectDir: string) {
  const { file, values: own } = readStackConfigFile({ projectDir, stack: engine.stack });
  const text = readFileSync(file, 'utf8');
  const all =
    (await engine.config()) ?? (parse(text) as { config?: Record<string, unknown> } | null)?.config ?? {};
  const raw = { ...own, ...keysOfNamespace<unknown>(all, PROJECT_NAME) };
  const aws: Readonly<Record<string, string>> = Object.fromEntries(
    Object.entries(keysOfNamespace<unknown>(all, 'aws')).flatMap(([key, value]) =>
      typeof value === 'string' ? [[key, value]] : Array.isArray(value) ? [[key, JSON.stringify(value)]] : [],
    ),
  );
  return {
    faults: [...deploymentFaults(raw), ...scenarioFaults(raw)],
    deployment: acceptedKeys(raw),
    target: raw.target === 'kubeconfig' ? ('kubeconfig' as const) : ('aws' as const),
    /** Values of `aws:` keys, without their namespace. */
    aws,
  };
}

function scenarioFaults(raw: Readonly<Record<string, unknown>>): readonly ConfigFault[] {
  try {
    parseScenarioConfig(raw);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}
