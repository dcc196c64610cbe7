import * as pulumi from '@pulumi/pulumi';
import * as random from '@pulumi/random';
import type { Cluster } from '../cluster/cluster';
import { exceptions, OFFICIAL_USER_EXCEPTIONS } from '../cluster/exceptions';
import { CONTAINER_SECURITY, resources, STORE_USER } from '../cluster/pod';
import { Workload } from '../cluster/workload';

/** Name of the Service, and so of the host, inside the cluster. */
export const REDIS_NAME = 'redis';
export const REDIS_PORT = 6379;
const PORT = { name: 'redis', port: REDIS_PORT };

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
    const workload = new Workload(name, REDIS_NAME, args.cluster, this);
    const configuration = pulumi.secret(password.apply(redisConfiguration));
    const before = [
      workload.secret({ password, 'redis.conf': configuration }),
      workload.volume('1Gi', args.storageClass),
      workload.account(),
      workload.podsService(PORT),
    ];
    workload.service(PORT);
    workload.store(podTemplate(workload, args), exceptions(OFFICIAL_USER_EXCEPTIONS), before);
    workload.budget();
    this.registerOutputs({});
  }
}

/** Settings of the server; the password is why they lie in a Secret. */
export function redisConfiguration(password: string): string {
  return `${[
    'bind 0.0.0.0',
    `port ${REDIS_PORT}`,
    'dir /data',
    'appendonly yes',
    'appendfsync everysec',
    // Below the container's limit, so that Redis evicts before the kernel kills.
    'maxmemory 192mb',
    'maxmemory-policy volatile-lru',
    `requirepass ${password}`,
  ].join('\n')}\n`;
}

function podTemplate(workload: Workload, { cluster, image, imagePullSecret }: RedisArgs) {
  // Not ready while it loads its file.
  const answers = { exec: { command: ['redis-cli', '-e', 'ping'] }, timeoutSeconds: 3 };
  return workload.template(
    STORE_USER,
    imagePullSecret,
    {
      image,
      args: ['redis-server', CONFIG_FILE],
      ports: [{ name: PORT.name, containerPort: PORT.port }],
      env: [{ name: 'REDISCLI_AUTH', valueFrom: { secretKeyRef: { name: REDIS_NAME, key: 'password' } } }],
      securityContext: CONTAINER_SECURITY,
      resources: resources({ cpu: '100m', memory: '128Mi' }, { cpu: '200m', memory: '256Mi' }),
      startupProbe: { ...answers, periodSeconds: 1, failureThreshold: 120 },
      readinessProbe: { ...answers, periodSeconds: 5 },
      // Alive as long as it listens.
      livenessProbe: { tcpSocket: { port: PORT.name }, periodSeconds: 10, failureThreshold: 6 },
      volumeMounts: [
        { name: 'data', mountPath: '/data' },
        { name: 'config', mountPath: '/etc/redis', readOnly: true },
      ],
    },
    {
      nodeSelector: cluster.storeSelector,
      terminationGracePeriodSeconds: 10,
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
  );
}
