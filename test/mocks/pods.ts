import type { CreatedResource } from './engine';

/** What tests read of a container. */
export interface TestContainer {
  name: string;
  image: string;
  args?: string[];
  command?: string[];
  env?: {
    name: string;
    value?: string;
    valueFrom?: { secretKeyRef?: { name: string; key: string }; fieldRef?: { fieldPath: string } };
  }[];
  envFrom?: { secretRef: { name: string } }[];
  resources: { requests: Record<string, string>; limits: Record<string, string> };
  startupProbe?: object;
  readinessProbe?: object;
  livenessProbe?: object;
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
}

/** What tests read of a workload. */
export interface TestWorkload {
  replicas?: number;
  strategy?: { type: string; rollingUpdate?: { maxUnavailable: number; maxSurge: number } };
  labels: Record<string, string>;
  selector: Record<string, string>;
  serviceAccountName: string;
  imagePullSecrets: { name: string }[];
  container: TestContainer;
}

/** The one container, and what is around it, of a Deployment, StatefulSet or Job. */
export function workloadOf({ name, inputs }: CreatedResource): TestWorkload {
  const { replicas, strategy, selector, template } = inputs.spec as {
    replicas?: number;
    strategy?: TestWorkload['strategy'];
    selector?: { matchLabels: Record<string, string> };
    template: {
      metadata: { labels: Record<string, string> };
      spec: {
        serviceAccountName: string;
        imagePullSecrets?: { name: string }[];
        containers: TestContainer[];
      };
    };
  };
  const [container, ...more] = template.spec.containers;
  if (container === undefined || more.length > 0) throw new Error(`${name} has not just one container`);
  return {
    ...(replicas === undefined ? {} : { replicas }),
    ...(strategy === undefined ? {} : { strategy }),
    labels: template.metadata.labels,
    selector: selector?.matchLabels ?? {},
    serviceAccountName: template.spec.serviceAccountName,
    imagePullSecrets: template.spec.imagePullSecrets ?? [],
    container,
  };
}
