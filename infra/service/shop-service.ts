import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import {
  CATALOG,
  CONSOLE_OTLP,
  type DatabaseRole,
  type ServiceEntry,
  type ServiceName,
  type StoreName,
} from '../../services/catalog';
import type { Cluster } from '../cluster/cluster';
import { labelsOf, selectorOf } from '../cluster/cluster';
import { CONTAINER_SECURITY, OWN_USER, resources, spread } from '../cluster/pod';
import { NOT_AWAITED, Workload } from '../cluster/workload';
import type { ClientCa } from '../postgres/server';
import { addressOf, type Exposure } from '../cluster/address';
import { serviceVariables, type ToldServices } from './environment';

/** Between "no new requests, please" and SIGTERM: kube-proxy needs a moment to hear of it (seconds). */
const PRE_STOP_SECONDS = 2;

/** A pod that is not ready by then won't be: the update fails and says why. */
const READY_WITHIN = { create: '3m', update: '3m' };

export interface ShopArgs extends ToldServices {
  cluster: Cluster;
  /** The services' image, by digest. */
  image: pulumi.Input<string>;
  imagePullSecret?: string;
  replicas: Readonly<Record<ServiceName, number>>;
  databaseUrls: Record<DatabaseRole, pulumi.Input<string>>;
  /** How the database is known to be that one. */
  databaseCa: ClientCa;
  redisUrl: pulumi.Input<string>;
  adminToken: pulumi.Input<string>;
  /** With it a cohort is believed. */
  cohortKey: pulumi.Input<string>;
  /** How people reach shop and console. */
  exposures: Partial<Record<ServiceName, Exposure>>;
  /** Hosts by which people may call what is exposed, besides its names in the cluster. */
  knownHosts: readonly pulumi.Input<string>[];
}

/** Every service of the catalog. */
export function createShop(
  args: ShopArgs,
  {
    dependsOn,
    storesReady,
  }: {
    /** What must be there before any pod: rules of the network, pull secret. */
    dependsOn: pulumi.Resource[];
    /** What a store's users wait for, so that a store that fails is the fault that is reported. */
    storesReady: Record<StoreName, pulumi.Resource>;
  },
): Record<ServiceName, ShopService> {
  const services = CATALOG.map((entry) => {
    const stores = entry.stores.map((store) => storesReady[store]);
    return [entry.name, new ShopService(entry, args, { dependsOn: [...dependsOn, ...stores] })] as const;
  });
  return Object.fromEntries(services) as Record<ServiceName, ShopService>;
}

/** One service of the catalog: its pods, its address, and what may go wrong with them. */
export class ShopService extends pulumi.ComponentResource {
  readonly service: k8s.core.v1.Service;

  constructor(entry: ServiceEntry, args: ShopArgs, opts?: pulumi.ComponentResourceOptions) {
    super('ecommerce-demo:service:ShopService', entry.name, {}, opts);
    const workload = new Workload(entry.name, entry.name, args.cluster, this);
    const port = { name: 'http', port: entry.port };
    const secrets = secretsOf(entry, args);
    const before: pulumi.Resource[] = [
      ...(Object.keys(secrets).length === 0 ? [] : [workload.secret(secrets)]),
      workload.account(),
    ];
    this.service = workload.service(port, args.exposures[entry.name]);
    if (entry.name === 'console') createOtlpService(entry, args, this);
    if (entry.name === 'load-generator') before.push(workload.podsService(port));
    const template = podTemplate(entry, args, workload, secrets, hostsOf(entry, args, this.service));
    createPods(entry, args, template, before, this);
    workload.budget(args.replicas[entry.name]);
    this.registerOutputs({});
  }
}

/** What of its environment is secret, by the variable. */
function secretsOf(entry: ServiceEntry, args: ShopArgs): Record<string, pulumi.Input<string>> {
  return {
    ...(entry.databaseRole === null ? {} : { DATABASE_URL: args.databaseUrls[entry.databaseRole] }),
    ...(entry.stores.includes('redis') ? { REDIS_URL: args.redisUrl } : {}),
    ...(entry.adminToken ? { ADMIN_TOKEN: args.adminToken } : {}),
    ...(entry.shop ? { COHORT_KEY: args.cohortKey } : {}),
  };
}

/** By which hosts people call it, that of its own load balancer among them. */
function hostsOf(
  { name }: ServiceEntry,
  { exposures, knownHosts }: ShopArgs,
  service: k8s.core.v1.Service,
): pulumi.Output<string> | undefined {
  const exposure = exposures[name];
  if (exposure === undefined) return undefined;
  const own = exposure.type === 'loadBalancer' ? [addressOf(service, null).host] : [];
  const hosts = [...knownHosts, ...own];
  return hosts.length === 0 ? undefined : pulumi.all(hosts).apply((all) => all.join(','));
}

/** Where the console takes telemetry: inside the cluster only, however its page is reached. */
function createOtlpService({ name }: ServiceEntry, { cluster }: ShopArgs, parent: pulumi.Resource) {
  return new k8s.core.v1.Service(
    `${name}-otlp`,
    {
      metadata: {
        ...cluster.metadata(CONSOLE_OTLP.service, labelsOf(name)),
        annotations: NOT_AWAITED,
      },
      spec: {
        selector: selectorOf(name),
        ports: [{ name: 'otlp-http', port: CONSOLE_OTLP.port, targetPort: 'otlp-http' }],
      },
    },
    cluster.inside(parent),
  );
}

/** The load generator's pods keep their names: a name is a place among those who share the load, which a successor takes. */
function createPods(
  { name }: ServiceEntry,
  { cluster, replicas }: ShopArgs,
  template: k8s.types.input.core.v1.PodTemplateSpec,
  dependsOn: pulumi.Resource[],
  parent: pulumi.Resource,
): k8s.apps.v1.Deployment | k8s.apps.v1.StatefulSet {
  const metadata = cluster.metadata(name);
  const spec = { replicas: replicas[name], selector: { matchLabels: selectorOf(name) }, template };
  const options = { ...cluster.inside(parent), dependsOn, customTimeouts: READY_WITHIN };
  if (name === 'load-generator') {
    return new k8s.apps.v1.StatefulSet(
      `${name}-statefulset`,
      { metadata, spec: { ...spec, serviceName: `${name}-pods`, podManagementPolicy: 'Parallel' } },
      options,
    );
  }
  // The console's telemetry is in its memory: two at once would each get half of it.
  const strategy =
    name === 'console'
      ? { type: 'Recreate' }
      : { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } };
  return new k8s.apps.v1.Deployment(`${name}-deployment`, { metadata, spec: { ...spec, strategy } }, options);
}

function podTemplate(
  entry: ServiceEntry,
  args: ShopArgs,
  workload: Workload,
  secrets: object,
  hosts: pulumi.Output<string> | undefined,
) {
  const { image, imagePullSecret, replicas } = args;
  const ca = entry.databaseRole === null ? null : args.databaseCa;
  return workload.template(
    OWN_USER,
    imagePullSecret,
    {
      image,
      // By digest, so a pulled image is the right one; a parked host starts without its registry.
      imagePullPolicy: 'IfNotPresent',
      ports: [
        { name: 'http', containerPort: entry.port },
        ...(entry.name === 'console' ? [{ name: 'otlp-http', containerPort: CONSOLE_OTLP.port }] : []),
      ],
      env: serviceVariables(entry, {
        ...args,
        hosts,
        replicas: replicas[entry.name],
        secrets: Object.keys(secrets),
      }),
      securityContext: CONTAINER_SECURITY,
      resources: resources(requestsOf(entry), limitsOf(entry)),
      startupProbe: { ...get('/livez'), periodSeconds: 1, failureThreshold: 60 },
      readinessProbe: { ...get('/readyz'), periodSeconds: 3, failureThreshold: 2 },
      livenessProbe: { ...get('/livez'), periodSeconds: 10, failureThreshold: 6 },
      lifecycle: { preStop: { sleep: { seconds: PRE_STOP_SECONDS } } },
      volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }, ...(ca ? [ca.mount] : [])],
    },
    {
      // preStop, drain, flush of the telemetry.
      terminationGracePeriodSeconds: PRE_STOP_SECONDS + 6,
      topologySpreadConstraints: spread(selectorOf(entry.name)),
      volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '64Mi' } }, ...(ca ? [ca.volume] : [])],
    },
  );
}

function get(path: string) {
  return { httpGet: { path, port: 'http' }, timeoutSeconds: 3 };
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
