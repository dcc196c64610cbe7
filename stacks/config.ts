import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import { ConfigError, type ConfigFault } from '../scenario/config-error';
import {
  DEFAULT_IMAGES,
  DEFAULT_NODE_PORTS,
  parseDeploymentConfig,
  type DeploymentConfig,
} from '../scenario/deployment';
import { resolveScenario } from '../scenario/resolve';
import { parseScenarioConfig, type ScenarioConfig } from '../scenario/schema';
import type { Scenario } from '../scenario/types';
import { SERVICE_NAMES, type ServiceName } from '../services/catalog';

/** Everything a stack's config says, checked and with its defaults. */
export interface StackSettings {
  deployment: DeploymentConfig;
  scenarioConfig: ScenarioConfig;
  /** The scenario, with minute 0 counted from an update at Unix second 0 where config gives no start. */
  scenario: Scenario;
  /** The pool of normal mode at this scale: what PostgreSQL has to have connections for besides the scenario's. */
  normalPoolMax: number;
  namespace: string;
  nodePorts: { shop: number; console: number; postgres: number };
  images: { base: string; postgres: string; redis: string; collector: string };
  replicas: Record<ServiceName, number>;
}

/**
 * Reads and checks the whole config of the stack.
 *
 * @throws pulumi.RunError with every fault of all keys and what to do about it
 */
export function readSettings(): StackSettings {
  return settingsOf(ownKeys(pulumi.runtime.allConfig(), pulumi.getProject()));
}

/** The project's keys, without its name. Other namespaces (aws:region…) are their providers'. */
export function ownKeys(all: Readonly<Record<string, string>>, project: string): Record<string, unknown> {
  const prefix = `${project}:`;
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  );
}

/**
 * The settings of a stack's own keys.
 *
 * @throws pulumi.RunError with every fault
 */
export function settingsOf(raw: Readonly<Record<string, unknown>>): StackSettings {
  const faults: ConfigFault[] = [];
  const scenarioConfig = collect(faults, () => parseScenarioConfig(raw));
  const deployment = collect(faults, () => parseDeploymentConfig(raw));
  const scenario =
    scenarioConfig &&
    collect(faults, () => resolveScenario(scenarioConfig, { nowSeconds: 0, scaleDefault: 1 }));
  if (!scenarioConfig || !deployment || !scenario) throw new pulumi.RunError(describe(faults));
  const normal = resolveScenario(
    {
      ...(scenarioConfig.traffic ? { traffic: { scale: scenarioConfig.traffic.scale } } : {}),
      demoMode: 'normal',
    },
    { nowSeconds: 0, scaleDefault: 1 },
  );
  return {
    deployment,
    scenarioConfig,
    scenario,
    normalPoolMax: normal.pools.recommendation.max,
    namespace: deployment.namespace ?? 'ecommerce-demo',
    nodePorts: {
      shop: deployment.nodePorts?.shop ?? DEFAULT_NODE_PORTS.shop,
      console: deployment.nodePorts?.console ?? DEFAULT_NODE_PORTS.console,
      postgres: deployment.nodePorts?.postgres ?? DEFAULT_NODE_PORTS.postgres,
    },
    images: {
      base: deployment.images?.base ?? DEFAULT_IMAGES.base,
      postgres: deployment.images?.postgres ?? DEFAULT_IMAGES.postgres,
      redis: deployment.images?.redis ?? DEFAULT_IMAGES.redis,
      collector: deployment.images?.collector ?? DEFAULT_IMAGES.collector,
    },
    replicas: Object.fromEntries(
      SERVICE_NAMES.map((name) => [name, scenarioConfig.replicas?.[name] ?? 1]),
    ) as Record<ServiceName, number>,
  };
}

/** The outcome, or null when it was a ConfigError, whose faults are kept. */
function collect<T>(faults: ConfigFault[], work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    faults.push(...error.faults);
    return null;
  }
}

function describe(faults: readonly ConfigFault[]): string {
  const lines = faults.map(({ key, value, message }) => {
    const shown = value === undefined ? '(unset)' : JSON.stringify(value);
    return `  ecommerce-demo:${key} = ${shown.length > 80 ? `${shown.slice(0, 77)}...` : shown}: ${message}`;
  });
  const count = faults.length === 1 ? 'one fault' : `${String(faults.length)} faults`;
  return [
    `The stack's config has ${count}; nothing was touched.`,
    ...lines,
    'Mend with `pulumi config set [--path] KEY VALUE` or `pulumi config rm KEY`; all keys: docs/config.md.',
  ].join('\n');
}

/** The content of the kubeconfig and where it came from. */
export interface Kubeconfig {
  content: string;
  source: string;
}

/**
 * Finds the kubeconfig: content as it is, a path (from the project's folder) as its file, unset as kubectl does.
 *
 * @throws pulumi.RunError when there is no such file
 */
export function readKubeconfig(value: string | undefined, projectDir: string): Kubeconfig {
  if (value !== undefined && /\n|^\s*\{/.test(value)) return { content: value, source: 'kubeconfig' };
  const file = value ?? process.env.KUBECONFIG?.split(path.delimiter)[0] ?? '~/.kube/config';
  const resolved = path.resolve(projectDir, file.replace(/^~(?=$|[/\\])/, homedir()));
  if (!existsSync(resolved)) {
    throw new pulumi.RunError(
      `ecommerce-demo:kubeconfig = ${value ?? '(unset)'}: there is no file ${resolved}. ` +
        'Set it to the path of a kubeconfig, or as a secret to its content: ' +
        'cat FILE | pulumi config set --secret kubeconfig',
    );
  }
  return { content: readFileSync(resolved, 'utf8'), source: resolved };
}
