import type * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import {
  CORALOGIX_SEMCONV_OPT_IN,
  coralogixAttributes,
  releaseVariables,
  type ReleaseChoice,
  type ServiceEntry,
} from '../../services/catalog';

type EnvVar = k8s.types.input.core.v1.EnvVar;

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

/** A field of the pod. */
const field = (name: string, fieldPath: string): EnvVar => ({ name, valueFrom: { fieldRef: { fieldPath } } });

/** What all services of a stack are told. */
export interface ToldServices {
  otlpEndpoint: string;
  /** Address of a trace at the vendor, with `{traceId}`; the console links to it. */
  traceLink?: string;
  /** Telemetry goes to Coralogix, too. */
  coralogix?: boolean;
  /** Which releases run, where the image holds more than one. */
  releases: ReleaseChoice;
}

/**
 * The environment of a service's process. Other services are found by their names and the catalog's ports.
 *
 * @param options.secrets keys of the service's Secret, each a variable
 * @param options.hosts by which people may call it besides its names in the cluster
 */
export function serviceVariables(
  entry: ServiceEntry,
  options: ToldServices & {
    replicas: number;
    secrets: readonly string[];
    hosts?: pulumi.Input<string> | undefined;
  },
): EnvVar[] {
  const { name } = entry;
  return [
    { name: 'SERVICE', value: name },
    { name: 'PORT', value: String(entry.port) },
    ...Object.entries(releaseVariables(name, options.releases)).map(([variable, value]) => ({
      name: variable,
      value,
    })),
    { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: options.otlpEndpoint },
    ...POD_FIELDS.map(([, variable, fieldPath]) => field(variable, fieldPath)),
    { name: 'OTEL_RESOURCE_ATTRIBUTES', value: resourceAttributes(entry) },
    ...(options.coralogix === true
      ? [{ name: 'OTEL_SEMCONV_STABILITY_OPT_IN', value: CORALOGIX_SEMCONV_OPT_IN }]
      : []),
    ...options.secrets.map((key) => ({ name: key, valueFrom: { secretKeyRef: { name, key } } })),
    ...(options.hosts === undefined ? [] : [{ name: 'KNOWN_HOSTS', value: options.hosts }]),
    ...(name === 'product-catalog' || name === 'checkout'
      ? [{ name: 'POOL_REPLICAS', value: String(options.replicas) }]
      : []),
    ...(name === 'console' ? [{ name: 'REDIS_KIND', value: 'Redis 7' }] : []),
    ...(name === 'console' && options.traceLink !== undefined
      ? [{ name: 'CONSOLE_TRACE_LINK', value: options.traceLink }]
      : []),
    // How many they are they find out themselves, so that none is restarted when that changes.
    ...(name === 'load-generator' ? [field('LOAD_REPLICA', 'metadata.name')] : []),
  ];
}
