import type * as pulumi from '@pulumi/pulumi';
import {
  CORALOGIX_SEMCONV_OPT_IN,
  coralogixAttributes,
  releaseVariables,
  type ReleaseChoice,
  type ServiceEntry,
} from '../../services/catalog';

/** A variable of the environment: a value, a key of the service's Secret, or a field of the pod. */
export type Variable =
  | { name: string; value: pulumi.Input<string> }
  | { name: string; secretKey: string }
  | { name: string; fieldPath: string };

/** Attributes of all its telemetry that a pod knows of itself, each with its variable and field. */
const POD_FIELDS = [
  ['k8s.namespace.name', 'POD_NAMESPACE', 'metadata.namespace'],
  ['k8s.pod.name', 'POD_NAME', 'metadata.name'],
  ['k8s.pod.uid', 'POD_UID', 'metadata.uid'],
  ['k8s.node.name', 'POD_NODE', 'spec.nodeName'],
] as const;

/** What the deployment knows of a service's telemetry; Kubernetes fills in the variables, which stand before it. */
function resourceAttributes({ name }: ServiceEntry): string {
  return [
    ...coralogixAttributes(name),
    ...POD_FIELDS.map(([attribute, variable]) => `${attribute}=$(${variable})`),
    // Of a container the machine is the node: it is what a clock, and the host's own telemetry, belong to.
    'host.name=$(POD_NODE)',
    'host.id=$(POD_NODE)',
    `k8s.container.name=${name}`,
    `k8s.${name === 'load-generator' ? 'statefulset' : 'deployment'}.name=${name}`,
  ].join(',');
}

/** The environment of a service's process. Other services are found by their names and the catalog's ports. */
export function serviceVariables(
  entry: ServiceEntry,
  options: {
    replicas: number;
    otlpEndpoint: string;
    redisKind: string;
    traceLink?: string;
    knownHosts?: pulumi.Input<string>;
    coralogix?: boolean;
    releases: ReleaseChoice;
  },
): Variable[] {
  return [
    { name: 'SERVICE', value: entry.name },
    { name: 'PORT', value: String(entry.port) },
    ...Object.entries(releaseVariables(entry.name, options.releases)).map(([name, value]) => ({
      name,
      value,
    })),
    { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: options.otlpEndpoint },
    ...POD_FIELDS.map(([, name, fieldPath]) => ({ name, fieldPath })),
    { name: 'OTEL_RESOURCE_ATTRIBUTES', value: resourceAttributes(entry) },
    ...(options.coralogix === true
      ? [{ name: 'OTEL_SEMCONV_STABILITY_OPT_IN', value: CORALOGIX_SEMCONV_OPT_IN }]
      : []),
    ...(entry.databaseRole === null ? [] : [{ name: 'DATABASE_URL', secretKey: 'DATABASE_URL' }]),
    ...(entry.stores.includes('redis') ? [{ name: 'REDIS_URL', secretKey: 'REDIS_URL' }] : []),
    ...(entry.adminToken ? [{ name: 'ADMIN_TOKEN', secretKey: 'ADMIN_TOKEN' }] : []),
    ...(entry.shop ? [{ name: 'COHORT_KEY', secretKey: 'COHORT_KEY' }] : []),
    ...(options.knownHosts === undefined ? [] : [{ name: 'KNOWN_HOSTS', value: options.knownHosts }]),
    ...(entry.name === 'product-catalog' || entry.name === 'checkout'
      ? [{ name: 'POOL_REPLICAS', value: String(options.replicas) }]
      : []),
    ...(entry.name === 'console' ? [{ name: 'REDIS_KIND', value: options.redisKind }] : []),
    ...(entry.name === 'console' && options.traceLink !== undefined
      ? [{ name: 'CONSOLE_TRACE_LINK', value: options.traceLink }]
      : []),
    // How many they are they find out themselves, so that none is restarted when that changes.
    ...(entry.name === 'load-generator' ? [{ name: 'LOAD_REPLICA', fieldPath: 'metadata.name' }] : []),
  ];
}
