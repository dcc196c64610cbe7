import type { ClientConfig } from 'pg';
import type { StackConfigSource } from '../../scenario/config/config-file';
import type { ServiceName } from '../../services/catalog';
import type { IntentStore } from '../control/intent';

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
  /** What a pod was told to run, by digest; a process has none. */
  image?: string | null;
  /** Of a process; null for a pod. */
  pid: number | null;
}

/** Where one ready instance of a service is reached. */
export interface Endpoint {
  /** The service's own name on a local shop, the pod's on a cluster: it tells two replicas apart for as long as they live. */
  instance: string;
  /** Base URL. */
  url: string;
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
  /** Every ready instance of a service (counts of all of them make the whole). @throws when none is ready */
  endpoints(name: ServiceName): Promise<Endpoint[]>;
  /** Everything that runs, with its health. @throws when the cluster does not answer */
  instances(): Promise<Instance[]>;
  /** Base URL of another port of a workload, e.g. the collector's metrics; null on a local shop, which has no such thing. */
  tunnel: ((workload: string, port: number) => Promise<string>) | null;
  /** The namespace everything is in; null on a local shop. */
  readonly namespace: string | null;
  /** The last lines that every pod of a workload has written; null on a local shop. */
  logs: ((workload: string, lines: number) => Promise<string>) | null;
  /** What a run of this target is about to break, or has left broken: see `healLeftOpen`. */
  readonly intents: IntentStore;
  /** Closes tunnels. */
  close(): Promise<void>;
}

/** Which shop it is, for a person. */
export function describeTarget({ kind, name }: Pick<Target, 'kind' | 'name'>): string {
  return `${kind === 'local' ? 'the shop of' : 'stack'} ${name}`;
}
