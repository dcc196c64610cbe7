import type { ClientConfig } from 'pg';
import type { StackConfigSource } from '../../scenario/config/config-file';
import type { ServiceName } from '../../services/catalog';
import type { IntentStore } from '../control/intent';
import { findLocalTarget } from './local-target';
import type { Output } from '../../machine/terminal';
import { Refusal } from '../../machine/errors';
import { openStackTarget } from './stack-target';

export const TARGET_KINDS = ['local', 'stack'] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

/** One running piece: a process of `npm start`, or a pod. */
export interface Instance {
  /** Service, or `postgresql`, `redis`, `collector`. */
  workload: string;
  /** `process 1234`, or the pod's name. */
  name: string;
  ready: boolean;
  /** Why it is not ready; null when it is. */
  reason: string | null;
  /** Restarts of its containers; null where nobody counts. */
  restarts: number | null;
  /** Of a process; null for a pod. */
  pid: number | null;
}

/** What every command needs to talk to a shop, wherever it runs. */
export interface Target {
  readonly kind: TargetKind;
  /** The stack's name; of a local shop its data folder. For a person. */
  readonly name: string;
  readonly shopUrl: string;
  readonly consoleUrl: string;
  readonly adminToken: string;
  /** Login as the role `conductor`, with TLS where it leaves this machine. */
  readonly conductor: ClientConfig;
  /** The stack file the scenario is configured in (`Pulumi.<stack>.yaml`): for `loadScenarioConfig`. */
  readonly config: StackConfigSource;
  /** The stack's name whose file that is. */
  readonly stack: string;
  /** Where runs, intents and backups of this target are kept; made when it is written to. */
  readonly dataDir: string;
  /** Base URL of a service: of a pod's it is a tunnel through the Kubernetes API (any ready pod). @throws when none is ready */
  serviceUrl(name: ServiceName): Promise<string>;
  /** One base URL for each ready instance of a service (counts of all of them make the whole). */
  serviceUrls(name: ServiceName): Promise<string[]>;
  /** Everything that runs, with its health. @throws when the cluster does not answer */
  instances(): Promise<Instance[]>;
  /** Base URL of another port of a workload, e.g. the collector's metrics; null on a local shop, which has no such thing. */
  tunnel: ((workload: string, port: number) => Promise<string>) | null;
  /** The namespace everything is in; null on a local shop. */
  readonly namespace: string | null;
  /** The kubeconfig's text; null on a local shop. */
  readonly kubeconfig: string | null;
  /** What a run of this target is about to break, or has left broken: see `healLeftOpen`. */
  readonly intents: IntentStore;
  /** Closes tunnels. */
  close(): Promise<void>;
}

export interface TargetOptions {
  target: TargetKind;
  /** Stack: which one; local: whose file says how the scenario is configured. */
  stack: string;
  /** Absolute path of the local shop's data folder. */
  dataDir: string;
  repositoryDir: string;
  output: Output;
}

/**
 * Finds the shop that a command is about.
 *
 * @throws Refusal when no shop runs with the data folder, or the stack has not been deployed; with the remedy
 */
export async function discoverTarget(options: TargetOptions): Promise<Target> {
  if (options.target === 'stack') return openStackTarget(options);
  const found = findLocalTarget(options);
  if (found !== null) return found;
  throw new Refusal(
    `No shop runs with the data folder ${options.dataDir}: start it with npm start, name its folder with --data DIR, ` +
      'or talk to a deployed one with --target stack --stack NAME.',
  );
}
