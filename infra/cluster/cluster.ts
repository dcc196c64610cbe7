import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';

export interface ClusterArgs {
  /** Content of the kubeconfig (kept secret). */
  kubeconfig: pulumi.Input<string>;
  /** Context of it; the current one by default. */
  context?: string;
  /** Name of the namespace that is made for everything. */
  namespace: string;
  /** Nothing in it can be asked now, on purpose: its hosts are stopped. */
  unreachable?: boolean;
  /** What the cluster lives and dies on, where this stack made it: nothing in it is deleted one by one then. */
  host?: pulumi.CustomResource;
  /** What must be there before the cluster answers. */
  after?: pulumi.Resource[];
  /** Stores stay on the server: their volumes lie on its disk, and other nodes may go. */
  storesOnServer?: boolean;
}

/**
 * A kubeconfig of no cluster: the provider asks nobody, where it would wait a minute for hosts that are stopped. A
 * `pulumi refresh`, which runs no program of ours, then fails with the name of the context that there is not.
 */
const NO_CLUSTER = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': "the hosts are parked; to ask AWS alone: pulumi refresh --target '**aws:**'",
});

/** K3s gives it to its server. */
const SERVER_LABEL = 'node-role.kubernetes.io/control-plane';

/** The cluster everything runs on: the provider, and one namespace that admits restricted pods only. */
export class Cluster extends pulumi.ComponentResource {
  readonly provider: k8s.Provider;
  readonly namespace: k8s.core.v1.Namespace;
  readonly namespaceName: string;
  /** Where the pods of stores may run; everywhere by default. */
  readonly storeSelector: Readonly<Record<string, string>>;

  constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super('ecommerce-demo:cluster:Cluster', name, {}, opts);
    this.namespaceName = args.namespace;
    this.storeSelector = args.storesOnServer === true ? { [SERVER_LABEL]: 'true' } : {};
    this.provider = createProvider(name, args, this);
    this.namespace = createNamespace(name, args, this);
    this.registerOutputs({ namespace: this.namespace.metadata.name });
  }

  /** Options of a resource that lives in the namespace, and dies with it. */
  inside(parent: pulumi.Resource): pulumi.CustomResourceOptions {
    return { parent, provider: this.provider, deletedWith: this.namespace };
  }

  /** Metadata of an object in the namespace. */
  metadata(name: string, labels: Record<string, string> = labelsOf(name)) {
    return { name, namespace: this.namespace.metadata.name, labels };
  }
}

/** The labels of everything that belongs to one workload: the recommended ones, and `app`, by which people select (-l app=cart). */
export function labelsOf(name: string): Record<string, string> {
  return { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'ecommerce-demo', app: name };
}

/** The label that selects a workload's pods. */
export function selectorOf(name: string): Record<string, string> {
  return { 'app.kubernetes.io/name': name };
}

function createProvider(name: string, args: ClusterArgs, parent: Cluster): k8s.Provider {
  return new k8s.Provider(
    `${name}-kubernetes`,
    {
      kubeconfig: pulumi.secret(args.unreachable === true ? NO_CLUSTER : args.kubeconfig),
      ...(args.context === undefined ? {} : { context: args.context }),
      // An `up` after a killed one finds objects that its state does not know: they are taken over.
      upsertExistingObjects: true,
      // Conflicts with what someone changed by hand are decided for the program.
      enablePatchForce: true,
      suppressHelmHookWarnings: true,
      // Another host is another cluster, with nothing in it. By itself the provider takes a kubeconfig that is not known
      // yet, as in the preview of a start of parked hosts, for another cluster as well.
      ...(args.host ? { clusterIdentifier: args.host.id } : {}),
    },
    { parent, ...(args.after ? { dependsOn: args.after } : {}) },
  );
}

function createNamespace(name: string, args: ClusterArgs, parent: Cluster): k8s.core.v1.Namespace {
  return new k8s.core.v1.Namespace(
    `${name}-namespace`,
    {
      metadata: {
        name: args.namespace,
        labels: {
          'app.kubernetes.io/part-of': 'ecommerce-demo',
          'pod-security.kubernetes.io/enforce': 'restricted',
        },
      },
    },
    {
      parent,
      provider: parent.provider,
      // With its provider, which is another one on another host: by the time the engine would delete the old host's
      // namespace it has closed that provider.
      ...(args.host ? { deletedWith: parent.provider } : {}),
      customTimeouts: { delete: '2m' },
    },
  );
}
