import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import type { Exposure } from './address';
import { labelsOf, selectorOf, type Cluster } from './cluster';
import { hint } from './hint';
import { takenPortRemedy } from './node-port-hint';
import { podDefaults, pulledWith } from './pod';

type PodSpec = k8s.types.input.core.v1.PodSpec;

/** What is there as soon as it is written. */
export const NOT_AWAITED = { 'pulumi.com/skipAwait': 'true' };

/** A port of a container, which its Service has under the same name. */
export interface WorkloadPort {
  name: string;
  port: number;
}

/** A workload's place in the cluster: what each of them has besides its own containers. */
export class Workload {
  /**
   * @param name of the component, which its resources' names begin with
   * @param app name in the cluster, of its pods' label and, where nothing else is said, of its objects
   */
  constructor(
    private readonly name: string,
    private readonly app: string,
    private readonly cluster: Cluster,
    private readonly parent: pulumi.Resource,
  ) {}

  private get options(): pulumi.CustomResourceOptions {
    return this.cluster.inside(this.parent);
  }

  /** An account without a token: no pod talks to the cluster. */
  account(): k8s.core.v1.ServiceAccount {
    return new k8s.core.v1.ServiceAccount(
      `${this.name}-account`,
      { metadata: this.cluster.metadata(this.app), automountServiceAccountToken: false },
      this.options,
    );
  }

  secret(stringData: pulumi.Input<Record<string, pulumi.Input<string>>>): k8s.core.v1.Secret {
    return new k8s.core.v1.Secret(
      `${this.name}-secret`,
      { metadata: this.cluster.metadata(this.app), stringData },
      this.options,
    );
  }

  /**
   * Only a load balancer is waited for: it has no address before. Of others the provider waits for ten seconds after
   * their endpoints' last change, and takes one that leads nowhere for ready; whether they lead to PostgreSQL and to the
   * shop is found out by asking these.
   *
   * @param exposure how it is reached from outside the cluster; undefined: not at all
   */
  service({ name, port }: WorkloadPort, exposure?: Exposure): k8s.core.v1.Service {
    const byNode = exposure?.type === 'nodePort' ? exposure : null;
    const balanced = exposure?.type === 'loadBalancer' ? exposure : null;
    return new k8s.core.v1.Service(
      `${this.name}-service`,
      {
        metadata: { ...this.cluster.metadata(this.app), ...(balanced ? {} : { annotations: NOT_AWAITED }) },
        spec: {
          type: byNode ? 'NodePort' : balanced ? 'LoadBalancer' : 'ClusterIP',
          selector: selectorOf(this.app),
          ...(balanced ? { loadBalancerSourceRanges: [...balanced.sourceRanges] } : {}),
          ports: [{ name, port, targetPort: name, ...(byNode ? { nodePort: byNode.nodePort } : {}) }],
        },
      },
      {
        ...this.options,
        ...(byNode
          ? {
              hooks: {
                onError: [hint(`${this.app}-node-port`, ({ errors }) => takenPortRemedy(this.app, errors))],
              },
            }
          : {}),
      },
    );
  }

  /** What a StatefulSet's pods get their names from. */
  podsService({ name, port }: WorkloadPort): k8s.core.v1.Service {
    return new k8s.core.v1.Service(
      `${this.name}-pods`,
      {
        metadata: this.cluster.metadata(`${this.app}-pods`, labelsOf(this.app)),
        spec: {
          clusterIP: 'None',
          selector: selectorOf(this.app),
          ports: [{ name, port, targetPort: name }],
        },
      },
      this.options,
    );
  }

  volume(storage: string, storageClass: string | undefined): k8s.core.v1.PersistentVolumeClaim {
    return new k8s.core.v1.PersistentVolumeClaim(
      `${this.name}-volume`,
      {
        metadata: {
          ...this.cluster.metadata(this.app),
          // A class that binds when the first pod comes would be waited for in vain.
          annotations: NOT_AWAITED,
        },
        spec: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage } },
          ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
        },
      },
      // Where it lies is the cluster's business: a default class is written into it.
      { ...this.options, ignoreChanges: storageClass === undefined ? ['spec.storageClassName'] : [] },
    );
  }

  /** A single pod may be moved, else no node could ever be drained. */
  budget(replicas = 1): k8s.policy.v1.PodDisruptionBudget {
    return new k8s.policy.v1.PodDisruptionBudget(
      `${this.name}-budget`,
      {
        metadata: this.cluster.metadata(this.app),
        spec: {
          ...(replicas > 1 ? { minAvailable: replicas - 1 } : { maxUnavailable: 1 }),
          selector: { matchLabels: selectorOf(this.app) },
        },
      },
      this.options,
    );
  }

  /** Its pods: one container, under the workload's name. */
  template(
    user: { uid: number; gid: number },
    imagePullSecret: string | undefined,
    container: Omit<k8s.types.input.core.v1.Container, 'name'>,
    pod: Omit<PodSpec, 'containers'>,
  ): k8s.types.input.core.v1.PodTemplateSpec {
    return {
      metadata: { labels: labelsOf(this.app) },
      spec: {
        ...podDefaults(this.app, user),
        ...pulledWith(imagePullSecret),
        ...pod,
        containers: [{ name: this.app, ...container }],
      },
    };
  }

  /** A store: one pod with a volume, on a node that keeps it. */
  store(
    template: k8s.types.input.core.v1.PodTemplateSpec,
    annotations: Record<string, string>,
    dependsOn: pulumi.Resource[],
  ): k8s.apps.v1.StatefulSet {
    return new k8s.apps.v1.StatefulSet(
      `${this.name}-server`,
      {
        metadata: { ...this.cluster.metadata(this.app), annotations },
        spec: {
          serviceName: `${this.app}-pods`,
          replicas: 1,
          selector: { matchLabels: selectorOf(this.app) },
          template,
        },
      },
      { ...this.options, dependsOn },
    );
  }
}
