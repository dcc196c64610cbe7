import { record, records, type Properties } from './properties';

/** The pod spec a Kubernetes resource makes pods of; null when it makes none. */
export function podSpecOf(type: string, properties: Properties): Properties | null {
  const spec = record(properties.spec);
  const [, kind] = /^kubernetes:[^:]+:(\w+)$/.exec(type) ?? [];
  switch (kind) {
    case 'Pod':
      return spec;
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'ReplicaSet':
    case 'ReplicationController':
    case 'Job':
      return record(record(spec.template).spec);
    case 'CronJob':
      return record(record(record(record(spec.jobTemplate).spec).template).spec);
    default:
      return null;
  }
}

/** All containers of a pod spec: init and ephemeral ones, too. */
export function containersOf(podSpec: Properties): Properties[] {
  return [
    ...records(podSpec.initContainers),
    ...records(podSpec.containers),
    ...records(podSpec.ephemeralContainers),
  ];
}
