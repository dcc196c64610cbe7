import { containersOf, podSpecOf } from './pods';
import { record, records, texts, type Properties } from './properties';

/** Volume types of the Pod Security Standard "restricted". */
const VOLUME_TYPES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

/**
 * Where pods fall short of the Pod Security Standard "restricted"
 * (https://kubernetes.io/docs/concepts/security/pod-security-standards/).
 */
export function unrestrictedPods(type: string, properties: Properties): string[] {
  const podSpec = podSpecOf(type, properties);
  if (podSpec === null) return [];
  return [
    ...podFaults(podSpec),
    ...containersOf(podSpec).flatMap((container) =>
      containerFaults(container, record(podSpec.securityContext)).map(
        (fault) => `container ${String(container.name)}: ${fault}`,
      ),
    ),
  ];
}

function podFaults(podSpec: Properties): string[] {
  const faults = ['hostNetwork', 'hostPID', 'hostIPC']
    .filter((field) => podSpec[field] === true)
    .map((field) => `${field} must not be true`);
  if (record(podSpec.securityContext).runAsUser === 0) faults.push('runAsUser must not be 0, root');
  for (const volume of records(podSpec.volumes)) {
    const kinds = Object.keys(volume).filter((key) => key !== 'name' && volume[key] !== undefined);
    for (const kind of kinds.filter((key) => !VOLUME_TYPES.includes(key))) {
      faults.push(`volume ${String(volume.name)}: ${kind} is not allowed (${VOLUME_TYPES.join(', ')} are)`);
    }
  }
  return faults;
}

function containerFaults(container: Properties, podContext: Properties): string[] {
  const context = record(container.securityContext);
  const capabilities = record(context.capabilities);
  const seccomp = record(context.seccompProfile ?? podContext.seccompProfile).type;
  const checks: readonly (readonly [boolean, string])[] = [
    [context.privileged !== true, 'privileged must not be true'],
    [context.allowPrivilegeEscalation === false, 'allowPrivilegeEscalation must be false'],
    [texts(capabilities.drop).includes('ALL'), 'capabilities.drop must have ALL'],
    [
      texts(capabilities.add).every((name) => name === 'NET_BIND_SERVICE'),
      'capabilities.add may have NET_BIND_SERVICE only',
    ],
    [(context.runAsNonRoot ?? podContext.runAsNonRoot) === true, 'runAsNonRoot must be true'],
    [context.runAsUser !== 0, 'runAsUser must not be 0, root'],
    [
      seccomp === 'RuntimeDefault' || seccomp === 'Localhost',
      'seccompProfile.type must be RuntimeDefault or Localhost',
    ],
    [
      records(container.ports).every(({ hostPort }) => hostPort === undefined || hostPort === 0),
      'hostPort must not be set',
    ],
  ];
  return checks.filter(([holds]) => !holds).map(([, fault]) => fault);
}
