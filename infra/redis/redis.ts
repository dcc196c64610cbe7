import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import * as random from '@pulumi/random';
import type { Cluster } from '../cluster/cluster';
import { labelsOf, selectorOf } from '../cluster/cluster';
import { exceptions, OFFICIAL_USER_EXCEPTIONS } from '../cluster/exceptions';
import { CONTAINER_SECURITY, podDefaults, pulledWith, resources } from '../cluster/pod';

/** Name of the Service, and so of the host, inside the cluster. */
export const REDIS_NAME = 'redis';
export const REDIS_PORT = 6379;

/** The official image's user. */
const USER = { uid: 999, gid: 999 };
const CONFIG_FILE = '/etc/redis/redis.conf';

export interface RedisArgs {
  cluster: Cluster;
  /** By digest. */
  image: pulumi.Input<string>;
  imagePullSecret?: string;
  storageClass?: string;
}

/** Redis 7 with a password and an append-only file on a volume: carts outlive its pod. */
export class Redis extends pulumi.ComponentResource {
  /** URL inside the cluster, with the password. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super('ecommerce-demo:redis:Redis', name, {}, opts);
    const password = new random.RandomPassword(
      `${name}-password`,
      { length: 32, special: false },
      { parent: this },
    ).result;
    this.url = pulumi.secret(pulumi.interpolate`redis://:${password}@${REDIS_NAME}:${REDIS_PORT}`);
    const before = [
      createSecret(name, args, password, this),
      createVolume(name, args, this),
      createServiceAccount(name, args, this),
      createHeadlessService(name, args, this),
    ];
    createService(name, args, this);
    createStatefulSet(name, args, before, this);
    createDisruptionBudget(name, args, this);
    this.registerOutputs({});
  }
}

/** Settings of the server; the password is why they lie in a Secret. */
export function redisConfiguration(password: string): string {
  return `${[
    'bind 0.0.0.0',
    `port ${String(REDIS_PORT)}`,
    'dir /data',
    'appendonly yes',
    'appendfsync everysec',
    // Below the container's limit, so that Redis evicts before the kernel kills.
    'maxmemory 192mb',
    'maxmemory-policy volatile-lru',
    `requirepass ${password}`,
  ].join('\n')}\n`;
}

function createSecret(
  name: string,
  { cluster }: RedisArgs,
  password: pulumi.Output<string>,
  parent: pulumi.Resource,
): k8s.core.v1.Secret {
  return new k8s.core.v1.Secret(
    `${name}-secret`,
    {
      metadata: cluster.metadata(REDIS_NAME),
      stringData: { password, 'redis.conf': pulumi.secret(password.apply(redisConfiguration)) },
    },
    cluster.inside(parent),
  );
}

function createVolume(name: string, { cluster, storageClass }: RedisArgs, parent: pulumi.Resource) {
  return new k8s.core.v1.PersistentVolumeClaim(
    `${name}-volume`,
    {
      metadata: {
        ...cluster.metadata(REDIS_NAME),
        // A class that binds when the first pod comes would be waited for in vain.
        annotations: { 'pulumi.com/skipAwait': 'true' },
      },
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
        ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
      },
    },
    { ...cluster.inside(parent), ignoreChanges: storageClass === undefined ? ['spec.storageClassName'] : [] },
  );
}

function createServiceAccount(name: string, { cluster }: RedisArgs, parent: pulumi.Resource) {
  return new k8s.core.v1.ServiceAccount(
    `${name}-account`,
    { metadata: cluster.metadata(REDIS_NAME), automountServiceAccountToken: false },
    cluster.inside(parent),
  );
}

function createService(name: string, { cluster }: RedisArgs, parent: pulumi.Resource) {
  return new k8s.core.v1.Service(
    `${name}-service`,
    {
      metadata: cluster.metadata(REDIS_NAME),
      spec: {
        selector: selectorOf(REDIS_NAME),
        ports: [{ name: 'redis', port: REDIS_PORT, targetPort: 'redis' }],
      },
    },
    cluster.inside(parent),
  );
}

/** What a StatefulSet's pods get their names from. */
function createHeadlessService(name: string, { cluster }: RedisArgs, parent: pulumi.Resource) {
  return new k8s.core.v1.Service(
    `${name}-pods`,
    {
      metadata: cluster.metadata(`${REDIS_NAME}-pods`, labelsOf(REDIS_NAME)),
      spec: {
        clusterIP: 'None',
        selector: selectorOf(REDIS_NAME),
        ports: [{ name: 'redis', port: REDIS_PORT, targetPort: 'redis' }],
      },
    },
    cluster.inside(parent),
  );
}

function createStatefulSet(
  name: string,
  { cluster, image, imagePullSecret }: RedisArgs,
  dependsOn: pulumi.Resource[],
  parent: pulumi.Resource,
): k8s.apps.v1.StatefulSet {
  return new k8s.apps.v1.StatefulSet(
    `${name}-server`,
    {
      metadata: { ...cluster.metadata(REDIS_NAME), annotations: exceptions(OFFICIAL_USER_EXCEPTIONS) },
      spec: {
        serviceName: `${REDIS_NAME}-pods`,
        replicas: 1,
        selector: { matchLabels: selectorOf(REDIS_NAME) },
        template: {
          metadata: { labels: labelsOf(REDIS_NAME) },
          spec: {
            ...podDefaults(REDIS_NAME, USER),
            nodeSelector: cluster.storeSelector,
            ...pulledWith(imagePullSecret),
            terminationGracePeriodSeconds: 10,
            containers: [
              {
                name: REDIS_NAME,
                image,
                args: ['redis-server', CONFIG_FILE],
                ports: [{ name: 'redis', containerPort: REDIS_PORT }],
                env: [
                  {
                    name: 'REDISCLI_AUTH',
                    valueFrom: { secretKeyRef: { name: REDIS_NAME, key: 'password' } },
                  },
                ],
                securityContext: CONTAINER_SECURITY,
                resources: resources({ cpu: '100m', memory: '128Mi' }, { cpu: '200m', memory: '256Mi' }),
                // Not ready while it loads its file; alive as long as it listens.
                readinessProbe: {
                  exec: { command: ['redis-cli', '-e', 'ping'] },
                  periodSeconds: 5,
                  timeoutSeconds: 3,
                },
                livenessProbe: { tcpSocket: { port: 'redis' }, periodSeconds: 10, failureThreshold: 6 },
                volumeMounts: [
                  { name: 'data', mountPath: '/data' },
                  { name: 'config', mountPath: '/etc/redis', readOnly: true },
                ],
              },
            ],
            volumes: [
              { name: 'data', persistentVolumeClaim: { claimName: REDIS_NAME } },
              {
                name: 'config',
                secret: {
                  secretName: REDIS_NAME,
                  defaultMode: 0o440,
                  items: [{ key: 'redis.conf', path: 'redis.conf' }],
                },
              },
            ],
          },
        },
      },
    },
    { ...cluster.inside(parent), dependsOn },
  );
}

function createDisruptionBudget(name: string, { cluster }: RedisArgs, parent: pulumi.Resource) {
  return new k8s.policy.v1.PodDisruptionBudget(
    `${name}-budget`,
    {
      metadata: cluster.metadata(REDIS_NAME),
      // There is one pod: a drain may move it, else no node could ever be drained.
      spec: { maxUnavailable: 1, selector: { matchLabels: selectorOf(REDIS_NAME) } },
    },
    cluster.inside(parent),
  );
}
