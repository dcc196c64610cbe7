import { AppsV1Api, CoreV1Api, KubeConfig, type V1Pod } from '@kubernetes/client-node';
import { Client } from 'pg';
import type { TestStack } from './test-stack';

/** What a test asks of a stack's namespace, beside the engine. */
export class TestCluster {
  private readonly core: CoreV1Api;
  private readonly apps: AppsV1Api;
  private readonly host: string;

  constructor(private readonly stack: TestStack) {
    const config = new KubeConfig();
    config.loadFromFile(stack.settings.kubeconfig);
    this.core = config.makeApiClient(CoreV1Api);
    this.apps = config.makeApiClient(AppsV1Api);
    this.host = stack.settings.host ?? new URL(config.getCurrentCluster()?.server ?? '').hostname;
  }

  /** Pods that should run: all but the set-up's, which has ended. */
  async pods(): Promise<V1Pod[]> {
    const { items } = await this.core.listNamespacedPod({ namespace: this.stack.namespace });
    return items.filter((pod) => pod.metadata?.labels?.['app.kubernetes.io/name'] !== 'setup');
  }

  /** Names of pods that are not ready. */
  async unready(): Promise<string[]> {
    const ready = ({ status }: V1Pod) =>
      status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True');
    return (await this.pods()).flatMap((pod) => (ready(pod) === true ? [] : [pod.metadata?.name ?? '?']));
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

  /** Runs statements as superuser in a database. */
  async sql(statement: string, database = 'ecommerce'): Promise<Record<string, unknown>[]> {
    const { data } = await this.core.readNamespacedSecret({
      name: 'postgresql',
      namespace: this.stack.namespace,
    });
    const client = new Client({
      host: this.host,
      port: this.stack.ports.postgres,
      user: 'postgres',
      password: Buffer.from(data?.password ?? '', 'base64').toString(),
      database,
      ssl: {
        ca: Buffer.from(data?.['tls.crt'] ?? '', 'base64').toString(),
        checkServerIdentity: () => undefined,
      },
    });
    await client.connect();
    try {
      const { rows } = await client.query<Record<string, unknown>>(statement);
      return rows;
    } finally {
      await client.end();
    }
  }
}
