import type * as kubernetes from '@kubernetes/client-node' with { 'resolution-mode': 'import' };
import { PassThrough } from 'node:stream';
import { withSession } from '../../machine/session';
import type { TestStack } from './test-stack';

/** Kinds that the program makes in its namespace, with their API versions. */
export const KINDS: Readonly<Record<string, string>> = {
  ConfigMap: 'v1',
  Deployment: 'apps/v1',
  Job: 'batch/v1',
  NetworkPolicy: 'networking.k8s.io/v1',
  PersistentVolumeClaim: 'v1',
  PodDisruptionBudget: 'policy/v1',
  Secret: 'v1',
  Service: 'v1',
  ServiceAccount: 'v1',
  StatefulSet: 'apps/v1',
};

/** What each namespace gets from the cluster. */
const CLUSTERS_OWN = ['ConfigMap kube-root-ca.crt', 'ServiceAccount default'];

const NAME_LABEL = 'app.kubernetes.io/name';

const isReady = ({ status }: kubernetes.V1Pod): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;

/** What a test asks of a stack's namespace, beside the engine. */
export class TestCluster {
  private constructor(
    private readonly stack: TestStack,
    private readonly host: string,
    private readonly core: kubernetes.CoreV1Api,
    private readonly apps: kubernetes.AppsV1Api,
    private readonly any: kubernetes.KubernetesObjectApi,
    private readonly exec: kubernetes.Exec,
  ) {}

  static async of(stack: TestStack): Promise<TestCluster> {
    const { AppsV1Api, CoreV1Api, Exec, KubeConfig, KubernetesObjectApi } =
      await import('@kubernetes/client-node');
    const config = new KubeConfig();
    config.loadFromFile(stack.settings.kubeconfig);
    return new TestCluster(
      stack,
      stack.settings.host ?? new URL(config.getCurrentCluster()?.server ?? '').hostname,
      config.makeApiClient(CoreV1Api),
      config.makeApiClient(AppsV1Api),
      KubernetesObjectApi.makeApiClient(config),
      new Exec(config),
    );
  }

  /** Pods that should run: all but the set-up's, which has ended. */
  async pods(): Promise<kubernetes.V1Pod[]> {
    const { items } = await this.core.listNamespacedPod({ namespace: this.stack.namespace });
    return items.filter((pod) => pod.metadata?.labels?.[NAME_LABEL] !== 'setup');
  }

  /** What each pod of a workload runs that is not on its way out. */
  async images(workload: string): Promise<string[]> {
    return (await this.pods()).flatMap(({ metadata, spec }) =>
      metadata?.labels?.[NAME_LABEL] === workload && metadata.deletionTimestamp === undefined
        ? [spec?.containers[0]?.image ?? '?']
        : [],
    );
  }

  /** Names of pods that are not ready. */
  async unready(): Promise<string[]> {
    return (await this.pods()).flatMap((pod) => (isReady(pod) ? [] : [pod.metadata?.name ?? '?']));
  }

  /** Everything in the namespace that isn't the cluster's own, as `Kind name`. */
  async objects(): Promise<string[]> {
    const found = await Promise.all(
      Object.entries(KINDS).map(async ([kind, apiVersion]) => {
        const { items } = await this.any.list(apiVersion, kind, this.stack.namespace);
        return items.map(({ metadata }) => `${kind} ${metadata?.name ?? '?'}`);
      }),
    );
    return found
      .flat()
      .filter((name) => !CLUSTERS_OWN.includes(name))
      .sort();
  }

  /** Each pod with its restarts: what a change without restarts leaves as it is. */
  async generations(): Promise<string[]> {
    return (await this.pods())
      .map(({ metadata, status }) => {
        const restarts = status?.containerStatuses?.[0]?.restartCount ?? 0;
        return `${metadata?.name ?? '?'} ${metadata?.uid ?? '?'} ${String(restarts)}`;
      })
      .sort();
  }

  async namespaceExists(): Promise<boolean> {
    const { items } = await this.core.listNamespace();
    return items.some(({ metadata }) => metadata?.name === this.stack.namespace);
  }

  async deleteNamespace(): Promise<void> {
    await this.core.deleteNamespace({ name: this.stack.namespace });
  }

  /** Takes PostgreSQL away, as a broken node would. */
  async stopPostgres(): Promise<void> {
    await this.apps.patchNamespacedStatefulSet({
      name: 'postgresql',
      namespace: this.stack.namespace,
      body: [{ op: 'replace', path: '/spec/replicas', value: 0 }],
    });
  }

  /** Takes a workload's pods away at once, without the time to end that an eviction gives. @returns their uids */
  async killPods(name: string): Promise<string[]> {
    const pods = await this.podsOf(name);
    await this.core.deleteCollectionNamespacedPod({
      namespace: this.stack.namespace,
      labelSelector: `${NAME_LABEL}=${name}`,
      gracePeriodSeconds: 0,
    });
    return pods.flatMap(({ metadata }) => metadata?.uid ?? []);
  }

  /** Uids of a workload's ready pods. */
  async readyPods(name: string): Promise<string[]> {
    return (await this.podsOf(name)).filter(isReady).flatMap(({ metadata }) => metadata?.uid ?? []);
  }

  private async podsOf(name: string): Promise<kubernetes.V1Pod[]> {
    return (await this.pods()).filter((pod) => pod.metadata?.labels?.[NAME_LABEL] === name);
  }

  /** What a command in the first pod of a StatefulSet writes, as `kubectl exec` shows it. */
  async inPodOf(name: string, command: string[]): Promise<string> {
    const output = new PassThrough();
    let text = '';
    output.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await new Promise<void>((resolve, reject) => {
      this.exec
        .exec(this.stack.namespace, `${name}-0`, name, command, output, output, null, false, () => {
          resolve();
        })
        .catch(reject);
    });
    return text;
  }

  /** Runs a statement as superuser in a database. */
  async sql(
    statement: string,
    database = 'ecommerce',
    values: unknown[] = [],
  ): Promise<Record<string, unknown>[]> {
    const { data } = await this.core.readNamespacedSecret({
      name: 'postgresql',
      namespace: this.stack.namespace,
    });
    const login = {
      host: this.host,
      port: this.stack.ports.postgres,
      user: 'postgres',
      password: Buffer.from(data?.password ?? '', 'base64').toString(),
      database,
      ssl: {
        ca: Buffer.from(data?.['tls.crt'] ?? '', 'base64').toString(),
        checkServerIdentity: () => undefined,
      },
    };
    return withSession(
      login,
      async (sql) => (await sql.query<Record<string, unknown>>(statement, values)).rows,
    );
  }
}
