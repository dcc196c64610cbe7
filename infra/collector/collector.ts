import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { Cluster } from '../cluster/cluster';
import { labelsOf, selectorOf } from '../cluster/cluster';
import { contentName } from '../cluster/content-name';
import { exceptions } from '../cluster/exceptions';
import { CONTAINER_SECURITY, OWN_USER, resources } from '../cluster/pod';
import { Workload } from '../cluster/workload';
import { CORALOGIX_KEY_VARIABLE, collectorConfiguration, headerVariable } from './configuration';

/** Name of the Service, and so of the host, inside the cluster. */
export const COLLECTOR_NAME = 'collector';
export const OTLP_HTTP_PORT = 4318;

const CONFIG_DIR = '/etc/otelcol';

export interface CollectorArgs {
  cluster: Cluster;
  /** By digest. */
  image: pulumi.Input<string>;
  imagePullSecret?: string;
  /** Any OTLP/HTTP back end. */
  otlp?: { endpoint: string; headers: Readonly<Record<string, string>> };
  /** The Coralogix preset. */
  coralogix?: { domain: string; privateKey: string; spanMetrics: boolean };
}

const EXCEPTIONS = exceptions({
  kubeScore: { 'pod-probes-identical': 'without a health extension, its port is all that can be asked' },
});

/** The OpenTelemetry collector: takes all telemetry, gives it to the console and to the back ends of the config. */
export class Collector extends pulumi.ComponentResource {
  /** OTLP/HTTP base URL inside the cluster. */
  readonly endpoint = `http://${COLLECTOR_NAME}:${OTLP_HTTP_PORT}`;

  constructor(name: string, args: CollectorArgs, opts?: pulumi.ComponentResourceOptions) {
    super('ecommerce-demo:collector:Collector', name, {}, opts);
    const config = createConfig(name, args, this);
    const secret = createSecret(name, args, this);
    const workload = new Workload(name, COLLECTOR_NAME, args.cluster, this);
    const account = workload.account();
    workload.service({ name: 'otlp-http', port: OTLP_HTTP_PORT });
    createDeployment(name, args, workload, { config, secret }, [account], this);
    workload.budget();
    this.registerOutputs({});
  }
}

/** Secret values by the variable the configuration names. */
function secretVariables({ otlp, coralogix }: CollectorArgs): Record<string, string> {
  return {
    ...Object.fromEntries(
      Object.values(otlp?.headers ?? {}).map((value, index) => [headerVariable(index), value]),
    ),
    ...(coralogix ? { [CORALOGIX_KEY_VARIABLE]: coralogix.privateKey } : {}),
  };
}

/** Named by its content, so that a change of it makes new pods. */
function createConfig(name: string, args: CollectorArgs, parent: pulumi.Resource): k8s.core.v1.ConfigMap {
  const { cluster, otlp, coralogix } = args;
  const text = collectorConfiguration({
    otlp: otlp ? { endpoint: otlp.endpoint, headerNames: Object.keys(otlp.headers) } : null,
    coralogix: coralogix ? { domain: coralogix.domain, spanMetrics: coralogix.spanMetrics } : null,
  });
  return new k8s.core.v1.ConfigMap(
    `${name}-config`,
    {
      metadata: cluster.metadata(contentName(COLLECTOR_NAME, text), labelsOf(COLLECTOR_NAME)),
      immutable: true,
      data: { 'config.yaml': text },
    },
    cluster.inside(parent),
  );
}

/**
 * Named by its content, as the configuration: a process reads its environment once, so a corrected key needs a new pod.
 * None without a back end: an empty Secret would be replaced by each update.
 */
function createSecret(name: string, args: CollectorArgs, parent: pulumi.Resource): k8s.core.v1.Secret | null {
  const variables = secretVariables(args);
  if (Object.keys(variables).length === 0) return null;
  const { cluster } = args;
  return new k8s.core.v1.Secret(
    `${name}-secret`,
    {
      metadata: cluster.metadata(
        contentName(COLLECTOR_NAME, JSON.stringify(variables)),
        labelsOf(COLLECTOR_NAME),
      ),
      immutable: true,
      stringData: pulumi.secret(variables),
    },
    cluster.inside(parent),
  );
}

function createDeployment(
  name: string,
  args: CollectorArgs,
  workload: Workload,
  { config, secret }: { config: k8s.core.v1.ConfigMap; secret: k8s.core.v1.Secret | null },
  dependsOn: pulumi.Resource[],
  parent: pulumi.Resource,
): k8s.apps.v1.Deployment {
  const { cluster, image, imagePullSecret, coralogix } = args;
  // Core components have no health extension.
  const listens = { tcpSocket: { port: 'otlp-http' } };
  return new k8s.apps.v1.Deployment(
    `${name}-deployment`,
    {
      metadata: { ...cluster.metadata(COLLECTOR_NAME), annotations: EXCEPTIONS },
      spec: {
        replicas: 1,
        selector: { matchLabels: selectorOf(COLLECTOR_NAME) },
        template: workload.template(
          OWN_USER,
          imagePullSecret,
          {
            image,
            args: ['--config', `${CONFIG_DIR}/config.yaml`],
            ports: [{ name: 'otlp-http', containerPort: OTLP_HTTP_PORT }],
            ...(secret ? { envFrom: [{ secretRef: { name: secret.metadata.name } }] } : {}),
            securityContext: CONTAINER_SECURITY,
            // The contrib distribution's program is four times as large, and span metrics are kept in memory.
            resources: coralogix?.spanMetrics
              ? resources({ cpu: '50m', memory: '192Mi' }, { cpu: '1', memory: '512Mi' })
              : resources({ cpu: '50m', memory: '96Mi' }, { cpu: '1', memory: '300Mi' }),
            startupProbe: { ...listens, periodSeconds: 1, failureThreshold: 60 },
            readinessProbe: { ...listens, periodSeconds: 5 },
            livenessProbe: { ...listens, periodSeconds: 20, failureThreshold: 3 },
            volumeMounts: [{ name: 'config', mountPath: CONFIG_DIR, readOnly: true }],
            // An image that lacks a component says which, and `pulumi up` shows it.
            terminationMessagePolicy: 'FallbackToLogsOnError',
          },
          {
            terminationGracePeriodSeconds: 10,
            volumes: [{ name: 'config', configMap: { name: config.metadata.name } }],
          },
        ),
      },
    },
    { ...cluster.inside(parent), dependsOn },
  );
}
