import * as pulumi from '@pulumi/pulumi';
import type { HostArgs } from '../infra/host/host-args';
import type { PlaceKeys } from '../infra/host/place';
import { ConfigError, showValue, type ConfigFault } from '../scenario/config/config-error';
import {
  DEFAULT_IMAGES,
  DEFAULT_NODE_PORTS,
  HOST_DEFAULTS,
  KEYS_OF_TARGET,
  collectorImage,
  DEPLOYMENT_BOOK,
  parseDeploymentConfig,
  type AwsKey,
  type DeploymentConfig,
} from '../scenario/config/deployment';
import { keysOfNamespace } from '../scenario/config/config-file';
import { resolveScenario } from '../scenario/resolve';
import { parseScenarioConfig } from '../scenario/config/parse';
import type { ScenarioConfig } from '../scenario/config/schema';
import type { Scenario } from '../scenario/types';
import { releaseConfig, type Release } from './release';
import { replicasOf } from '../infra/service/replicas';

/** What the config says of the EC2 hosts; the rest of their arguments AWS and the stack's past say. */
export type HostKeys = Omit<
  HostArgs,
  'prefix' | 'region' | 'profile' | 'place' | 'image' | 'generation' | 'renewal' | 'transform'
> &
  Omit<PlaceKeys, 'region' | 'instanceType' | 'zoneBefore'> & { region?: string; callerCheck: boolean };

/** Everything a stack's config says, checked and with its defaults. */
export interface StackSettings {
  deployment: DeploymentConfig;
  scenarioConfig: ScenarioConfig;
  /** The scenario, with minute 0 counted from an update at Unix second 0 where config gives no start. */
  scenario: Scenario;
  namespace: string;
  nodePorts: { shop: number; console: number; postgres: number };
  /** The EC2 hosts; null where the cluster is there already. */
  host: HostKeys | null;
  images: { base: string; postgres: string; redis: string; collector: string };
  /** The services' image by digest, where it is there already; null where this machine builds it. */
  servicesImage: string | null;
  replicas: ReturnType<typeof replicasOf>;
  /** The config of the release, see `releaseConfig`. */
  config: Release['config'];
}

/**
 * Reads and checks the whole config of the stack.
 *
 * @throws pulumi.RunError with every fault of all keys and what to do about it
 */
export function readSettings(): StackSettings {
  const project = pulumi.getProject();
  const secrets = keysOfNamespace(Object.fromEntries(secretNames().map((name) => [name, ''])), project);
  return settingsOf(keysOfNamespace(pulumi.runtime.allConfig(), project), Object.keys(secrets));
}

/** Full names of the stack's secret keys, as the engine tells its programs. */
function secretNames(): string[] {
  const names: unknown = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? '[]');
  return Array.isArray(names) ? names.map(String) : [];
}

/**
 * The settings of a stack's own keys.
 *
 * @param secretKeys keys whose values no message may show
 * @throws pulumi.RunError with every fault
 */
export function settingsOf(
  raw: Readonly<Record<string, unknown>>,
  secretKeys: readonly string[] = [],
): StackSettings {
  const faults: ConfigFault[] = [];
  const scenarioConfig = collect(faults, () => parseScenarioConfig(raw));
  const deployment = collect(faults, () => parseDeploymentConfig(raw));
  const scenario =
    scenarioConfig &&
    collect(faults, () => resolveScenario(scenarioConfig, { nowSeconds: 0, scaleDefault: 1 }));
  const nodePorts = { ...DEFAULT_NODE_PORTS, ...given(deployment?.nodePorts ?? {}) };
  const host = deployment && deployment.target !== 'kubeconfig' ? hostSettings(deployment, nodePorts) : null;
  if (!scenarioConfig || !deployment || !scenario || faults.length > 0)
    throw new pulumi.RunError(describe(faults, secretKeys));
  return {
    deployment,
    scenarioConfig,
    scenario,
    namespace: deployment.namespace ?? 'ecommerce-demo',
    nodePorts,
    host,
    images: {
      ...DEFAULT_IMAGES,
      ...given(deployment.images ?? {}),
      collector: collectorImage(deployment),
    },
    servicesImage: deployment.images?.services ?? null,
    replicas: replicasOf(scenarioConfig.replicas),
    config: releaseConfig(raw, secretKeys),
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

/** The EC2 hosts of a config. */
function hostSettings(deployment: DeploymentConfig, nodePorts: HostArgs['nodePorts']): HostKeys {
  const own = KEYS_OF_TARGET.aws.map((key) => [key, deployment[key]] as const);
  const keys = Object.fromEntries(own) as Pick<DeploymentConfig, AwsKey>;
  return { ...HOST_DEFAULTS, tags: {}, spot: false, callerCheck: true, nodePorts, ...given(keys) };
}

/** The members that are not undefined. */
function given<T extends object>(members: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]?: Exclude<T[Key], undefined>;
  };
}

const DOCUMENTED = DEPLOYMENT_BOOK.documentedKeys();
/** Keys that hold secrets by their nature, whether or not they were set as such. */
const SECRETS = DOCUMENTED.flatMap(({ key, documentation }) =>
  documentation.type.includes('secret') ? [key] : [],
);

/** Whether showing the value of a key could show a secret: it is one, is in one, has one in it, or was meant as one. */
function isSecret(key: string, secretKeys: readonly string[]): boolean {
  const within = (inner: string, outer: string) =>
    inner === outer || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);
  if ([...SECRETS, ...secretKeys].some((secret) => within(key, secret) || within(secret, key))) return true;
  const [group = ''] = key.split('.');
  const known = DOCUMENTED.some((documented) => within(key, documented.key));
  return !known && SECRETS.some((secret) => secret.startsWith(`${group}.`));
}

function shownValue({ key, value }: ConfigFault, secretKeys: readonly string[]): string {
  return value !== undefined && isSecret(key, secretKeys) ? '[secret]' : showValue(value);
}

function describe(faults: readonly ConfigFault[], secretKeys: readonly string[]): string {
  const lines = faults.map(
    (fault) => `  ecommerce-demo:${fault.key} = ${shownValue(fault, secretKeys)}: ${fault.message}`,
  );
  const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`;
  return [
    `The stack's config has ${count}; nothing was touched.`,
    ...lines,
    'Mend with `pulumi config set [--path] KEY VALUE` or `pulumi config rm KEY`; all keys: docs/config.md.',
  ].join('\n');
}
