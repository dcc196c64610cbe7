import type { Socket } from 'node:net';
import type * as kubernetes from '@kubernetes/client-node' with { 'resolution-mode': 'import' };
import { messageOf, Refusal } from '../../machine/errors';
import { numberAt } from '../../machine/json';
import { proxyFor } from '../../machine/proxy';
import type { Output } from '../../machine/terminal';
import { installed } from './pulumi-engine';
import type { Instance } from './target';
import { Tunnels } from './tunnels';

type Client = typeof kubernetes;

/** How long the list of pods is good for a new connection (ms). */
const PODS_FRESH_MS = 2000;
const NAME_LABEL = 'app.kubernetes.io/name';

/** The Kubernetes client (an ES module), installed where it is missing. */
export function loadKubernetes(output: Output): Promise<Client> {
  return installed(() => import('@kubernetes/client-node'), output);
}

/** Pods of one namespace, and ways into them. */
export class ClusterAccess {
  private readonly api: kubernetes.CoreV1Api;
  private readonly forwarder: kubernetes.PortForward;
  private readonly tunnels = new Tunnels();
  private known: { at: number; pods: Promise<kubernetes.V1Pod[]> } | null = null;

  /** @throws Refusal for a text that is no kubeconfig, and for a context it doesn't have */
  constructor(
    private readonly client: Client,
    kubeconfig: string,
    context: string | null,
    private readonly namespace: string,
  ) {
    const config = new client.KubeConfig();
    try {
      config.loadFromString(kubeconfig);
    } catch (error) {
      throw new Refusal(`The stack's kubeconfig cannot be read: ${messageOf(error)}`);
    }
    if (context !== null) config.setCurrentContext(context);
    // The client knows the kubeconfig's proxies alone; kubectl, and the update that made the stack, know the environment's.
    config.clusters = config.clusters.map((cluster) => {
      const proxyUrl = cluster.proxyUrl ?? proxyFor(cluster.server)?.url;
      return proxyUrl === undefined ? cluster : { ...cluster, proxyUrl };
    });
    this.api = config.makeApiClient(client.CoreV1Api);
    this.forwarder = new client.PortForward(config);
  }

  /** Every pod of the shop; of a finished Job none. @throws when the API server does not answer */
  async instances(): Promise<Instance[]> {
    return (await this.pods(0)).filter(({ status }) => status?.phase !== 'Succeeded').map(instanceOf);
  }

  /** The last lines that every pod of a workload has written. */
  async logs(workload: string, lines: number): Promise<string> {
    const pods = (await this.instances()).filter((pod) => pod.workload === workload);
    const { api, namespace } = this;
    const logs = pods.map(({ name }) => api.readNamespacedPodLog({ name, namespace, tailLines: lines }));
    return (await Promise.all(logs)).join('\n');
  }

  /** Names of a workload's ready pods. */
  async readyPods(workload: string): Promise<string[]> {
    const pods = await this.pods(PODS_FRESH_MS);
    return pods
      .filter((pod) => pod.metadata?.labels?.[NAME_LABEL] === workload && instanceOf(pod).ready)
      .flatMap(({ metadata }) => (metadata?.name === undefined ? [] : [metadata.name]))
      .sort();
  }

  /**
   * Base URL of a workload's port: a local port whose connections go through the API server, each to a pod that is
   * ready then.
   *
   * @param pod this very pod instead of any
   */
  tunnel(workload: string, port: number, pod: string | null = null): Promise<string> {
    return this.tunnels.url(`${pod ?? workload}:${port}`, (socket) =>
      this.forward(socket, workload, port, pod),
    );
  }

  /** A value of a ConfigMap of the namespace; null without one. */
  async readConfig(name: string, key: string): Promise<string | null> {
    const found = await unless(404, this.api.readNamespacedConfigMap({ name, namespace: this.namespace }));
    return found?.data?.[key] ?? null;
  }

  /** Makes a ConfigMap; false when there is one of this name. */
  async createConfig(name: string, key: string, value: string): Promise<boolean> {
    const body = this.config(name, key, value);
    return (
      (await unless(409, this.api.createNamespacedConfigMap({ namespace: this.namespace, body }))) !== null
    );
  }

  /** Writes a ConfigMap, whether there is one or not. */
  async writeConfig(name: string, key: string, value: string): Promise<void> {
    if (await this.createConfig(name, key, value)) return;
    const body = this.config(name, key, value);
    await this.api.replaceNamespacedConfigMap({ name, namespace: this.namespace, body });
  }

  async deleteConfig(name: string): Promise<void> {
    await unless(404, this.api.deleteNamespacedConfigMap({ name, namespace: this.namespace }));
  }

  private config(name: string, key: string, value: string): kubernetes.V1ConfigMap {
    const labels = { 'app.kubernetes.io/part-of': 'ecommerce-demo' };
    const { V1ConfigMap, V1ObjectMeta } = this.client;
    const metadata = Object.assign(new V1ObjectMeta(), { name, namespace: this.namespace, labels });
    return Object.assign(new V1ConfigMap(), { metadata, data: { [key]: value } });
  }

  close(): Promise<void> {
    return this.tunnels.close();
  }

  private async forward(socket: Socket, workload: string, port: number, pod: string | null): Promise<void> {
    const name = pod ?? (await this.readyPods(workload))[0];
    if (name === undefined) throw new Error(`no pod of ${workload} is ready`);
    // The client's own types of it need a package that isn't there.
    const connection = (await this.forwarder.portForward(
      this.namespace,
      name,
      [port],
      socket,
      null,
      socket,
    )) as unknown as ForwardedConnection;
    connection.onclose = () => {
      socket.destroy();
    };
    connection.onerror = () => {
      socket.destroy();
    };
    socket.once('close', () => connection.close());
  }

  private pods(freshMs: number): Promise<kubernetes.V1Pod[]> {
    const now = performance.now();
    if (this.known !== null && now - this.known.at < freshMs) return this.known.pods;
    const pods = this.api.listNamespacedPod({ namespace: this.namespace }).then(({ items }) => items);
    // A failure is not kept.
    pods.catch(() => {
      this.known = null;
    });
    this.known = { at: now, pods };
    return pods;
  }
}

/** What the API server answers; null where it refuses with this status. */
function unless<T>(status: number, answer: Promise<T>): Promise<T | null> {
  return answer.catch((error: unknown) => {
    if (numberAt(error, 'code') === status) return null;
    throw error;
  });
}

/** A pod as a person wants to know it. */
export function instanceOf(pod: kubernetes.V1Pod): Instance {
  const { metadata, status } = pod;
  const containers = status?.containerStatuses ?? [];
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const waiting = containers.flatMap(({ state }) => state?.waiting?.reason ?? []);
  const isReady = ready?.status === 'True' && metadata?.deletionTimestamp === undefined;
  return {
    workload: metadata?.labels?.[NAME_LABEL] ?? 'unknown',
    name: metadata?.name ?? 'unknown',
    ready: isReady,
    reason: isReady
      ? null
      : metadata?.deletionTimestamp === undefined
        ? (waiting[0] ?? ready?.message ?? status?.phase ?? 'unknown')
        : 'is being deleted',
    restarts: containers.reduce((sum, { restartCount }) => sum + restartCount, 0),
    image: pod.spec?.containers[0]?.image ?? null,
    pid: null,
  };
}

/** A WebSocket, as far as it matters here. */
interface ForwardedConnection {
  onclose: (() => void) | null;
  onerror: (() => void) | null;
  close(): void;
}
