import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { CONSOLE_OTLP, type ReleaseChoice, type ServiceEntry } from '../../services/catalog';
import type { Cluster } from '../cluster/cluster';
import { labelsOf, selectorOf } from '../cluster/cluster';
import { CONTAINER_SECURITY, resources, spread } from '../cluster/pod';
import { NOT_AWAITED, Workload } from '../cluster/workload';
import type { ClientCa } from '../postgres/server';
import { addressOf, type Exposure } from '../cluster/address';
import { serviceVariables, type Variable } from './environment';

const USER = { uid: 10_001, gid: 10_001 };
/** Between "no new requests, please" and SIGTERM: kube-proxy needs a moment to hear of it (seconds). */
const PRE_STOP_SECONDS = 2;

/** A pod that is not ready by then won't be: the update fails and says why. */
const READY_WITHIN = { create: '3m', update: '3m' };

export interface ShopServiceArgs {
  cluster: Cluster;
  entry: ServiceEntry;
  /** The services' image, by digest. */
  image: pulumi.Input<string>;
  imagePullSecret?: string;
  replicas: number;
  otlpEndpoint: string;
  redisKind: string;
  /** URLs of what the entry says it uses. */
  databaseUrl?: pulumi.Input<string>;
  /** How the database is known to be that one. */
  databaseCa?: ClientCa;
  redisUrl?: pulumi.Input<string>;
  adminToken?: pulumi.Input<string>;
  /** With it a cohort is believed. */
  cohortKey?: pulumi.Input<string>;
  /** Hosts by which people may call it besides its names in the cluster. */
  knownHosts?: readonly pulumi.Input<string>[];
  exposure?: Exposure;
  /** Address of a trace at the vendor, with `{traceId}`; the console links to it. */
  traceLink?: string;
  /** Telemetry goes to Coralogix, too. */
  coralogix?: boolean;
  /** Which releases run, where the image holds more than one. */
  releases: ReleaseChoice;
}

/** One service of the catalog: its pods, its address, and what may go wrong with them. */
export class ShopService extends pulumi.ComponentResource {
  readonly service: k8s.core.v1.Service;
  readonly workload: k8s.apps.v1.Deployment | k8s.apps.v1.StatefulSet;

  constructor(name: string, args: ShopServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super('ecommerce-demo:service:ShopService', name, {}, opts);
    const { entry, cluster, exposure, replicas } = args;
    const workload = new Workload(name, entry.name, cluster, this);
    const port = { name: 'http', port: entry.port };
    const secrets = secretsOf(args);
    const before = [
      ...(Object.keys(secrets).length === 0 ? [] : [workload.secret(secrets)]),
      workload.account(),
    ];
    this.service = workload.service(port, exposure);
    if (entry.name === 'console') createOtlpService(name, args, this);
    const pod = { ...args, knownHosts: [...(args.knownHosts ?? []), ...ownAddress(args, this.service)] };
    this.workload =
      entry.name === 'load-generator'
        ? createStatefulSet(name, pod, workload, [...before, workload.podsService(port)], this)
        : createDeployment(name, pod, workload, before, this);
    workload.budget(replicas);
    this.registerOutputs({});
  }
}

/** What of its environment is secret. */
function secretsOf(args: ShopServiceArgs): Record<string, pulumi.Input<string>> {
  const { entry } = args;
  return {
    ...(entry.databaseRole !== null && args.databaseUrl !== undefined
      ? { DATABASE_URL: args.databaseUrl }
      : {}),
    ...(entry.stores.includes('redis') && args.redisUrl !== undefined ? { REDIS_URL: args.redisUrl } : {}),
    ...(entry.adminToken && args.adminToken !== undefined ? { ADMIN_TOKEN: args.adminToken } : {}),
    ...(entry.shop && args.cohortKey !== undefined ? { COHORT_KEY: args.cohortKey } : {}),
  };
}

/** Where the console takes telemetry: inside the cluster only, however its page is reached. */
function createOtlpService(name: string, { cluster, entry }: ShopServiceArgs, parent: pulumi.Resource) {
  return new k8s.core.v1.Service(
    `${name}-otlp`,
    {
      metadata: {
        ...cluster.metadata(CONSOLE_OTLP.service, labelsOf(entry.name)),
        annotations: NOT_AWAITED,
      },
      spec: {
        selector: selectorOf(entry.name),
        ports: [{ name: 'otlp-http', port: CONSOLE_OTLP.port, targetPort: 'otlp-http' }],
      },
    },
    cluster.inside(parent),
  );
}

/** The host of its own load balancer, by which people call it. */
function ownAddress({ exposure }: ShopServiceArgs, service: k8s.core.v1.Service): pulumi.Output<string>[] {
  return exposure?.type === 'loadBalancer' ? [addressOf(service, null).host] : [];
}

function createDeployment(
  name: string,
  args: ShopServiceArgs,
  workload: Workload,
  dependsOn: pulumi.Resource[],
  parent: pulumi.Resource,
): k8s.apps.v1.Deployment {
  const { cluster, entry, replicas } = args;
  return new k8s.apps.v1.Deployment(
    `${name}-deployment`,
    {
      metadata: cluster.metadata(entry.name),
      spec: {
        replicas,
        selector: { matchLabels: selectorOf(entry.name) },
        // The console's telemetry is in its memory: two at once would each get half of it.
        strategy:
          entry.name === 'console'
            ? { type: 'Recreate' }
            : { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        template: podTemplate(workload, args),
      },
    },
    { ...cluster.inside(parent), dependsOn, customTimeouts: READY_WITHIN },
  );
}

/** The load generator: a pod's name is its name among those who share the load, and its successor takes its place. */
function createStatefulSet(
  name: string,
  args: ShopServiceArgs,
  workload: Workload,
  dependsOn: pulumi.Resource[],
  parent: pulumi.Resource,
): k8s.apps.v1.StatefulSet {
  const { cluster, entry, replicas } = args;
  return new k8s.apps.v1.StatefulSet(
    `${name}-statefulset`,
    {
      metadata: cluster.metadata(entry.name),
      spec: {
        serviceName: `${entry.name}-pods`,
        replicas,
        podManagementPolicy: 'Parallel',
        selector: { matchLabels: selectorOf(entry.name) },
        template: podTemplate(workload, args),
      },
    },
    { ...cluster.inside(parent), dependsOn, customTimeouts: READY_WITHIN },
  );
}

function podTemplate(workload: Workload, args: ShopServiceArgs) {
  const { entry, image, imagePullSecret, databaseCa } = args;
  return workload.template(
    USER,
    imagePullSecret,
    {
      image,
      // By digest, so a pulled image is the right one; a parked host starts without its registry.
      imagePullPolicy: 'IfNotPresent',
      ports: [
        { name: 'http', containerPort: entry.port },
        ...(entry.name === 'console' ? [{ name: 'otlp-http', containerPort: CONSOLE_OTLP.port }] : []),
      ],
      env: serviceVariables(entry, { ...variablesOf(args), ...hostsVariable(args) }).map((variable) =>
        containerVariable(variable, entry.name),
      ),
      securityContext: CONTAINER_SECURITY,
      resources: resources(requestsOf(entry), limitsOf(entry)),
      startupProbe: { ...get('/livez'), periodSeconds: 1, failureThreshold: 60 },
      readinessProbe: { ...get('/readyz'), periodSeconds: 3, failureThreshold: 2 },
      livenessProbe: { ...get('/livez'), periodSeconds: 10, failureThreshold: 6 },
      lifecycle: { preStop: { sleep: { seconds: PRE_STOP_SECONDS } } },
      volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }, ...(databaseCa ? [databaseCa.mount] : [])],
    },
    {
      // preStop, drain, flush of the telemetry.
      terminationGracePeriodSeconds: PRE_STOP_SECONDS + 6,
      topologySpreadConstraints: spread(selectorOf(entry.name)),
      volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '64Mi' } }, ...(databaseCa ? [databaseCa.volume] : [])],
    },
  );
}

function variablesOf({
  replicas,
  otlpEndpoint,
  redisKind,
  traceLink,
  coralogix = false,
  releases,
}: ShopServiceArgs) {
  return {
    replicas,
    otlpEndpoint,
    redisKind,
    coralogix,
    releases,
    ...(traceLink === undefined ? {} : { traceLink }),
  };
}

function hostsVariable({ knownHosts = [] }: ShopServiceArgs): { knownHosts?: pulumi.Output<string> } {
  if (knownHosts.length === 0) return {};
  return { knownHosts: pulumi.all([...knownHosts]).apply((hosts) => hosts.join(',')) };
}

function get(path: string) {
  return { httpGet: { path, port: 'http' }, timeoutSeconds: 3 };
}

function containerVariable(variable: Variable, secretName: string): k8s.types.input.core.v1.EnvVar {
  const { name } = variable;
  if ('value' in variable) return { name, value: variable.value };
  if ('secretKey' in variable) {
    return { name, valueFrom: { secretKeyRef: { name: secretName, key: variable.secretKey } } };
  }
  return { name, valueFrom: { fieldRef: { fieldPath: variable.fieldPath } } };
}

/**
 * The console keeps the telemetry of a run; the others work in about 60 MB, 117 after load (tried). Everything goes
 * through the frontend, which took 109m in an outage at a quarter of the load (tried): on a node that is short of CPU
 * its requests are its share beside PostgreSQL's scans, and baseline has to stay green.
 */
function requestsOf({ name }: ServiceEntry) {
  if (name === 'console') return { cpu: '50m', memory: '160Mi' };
  return { cpu: name === 'frontend' ? '150m' : '25m', memory: '96Mi' };
}

function limitsOf({ name }: ServiceEntry) {
  return name === 'console' ? { cpu: '1', memory: '512Mi' } : { cpu: '1', memory: '256Mi' };
}
