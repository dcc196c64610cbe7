import type * as k8s from '@pulumi/kubernetes';

type Container = k8s.types.input.core.v1.Container;
type PodSpec = k8s.types.input.core.v1.PodSpec;
type SecurityContext = k8s.types.input.core.v1.SecurityContext;

/** What every container may do: nothing of the host's, and write to mounted volumes only. */
export const CONTAINER_SECURITY: SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  privileged: false,
  capabilities: { drop: ['ALL'] },
};

/** Of our own images, and the collector's. */
export const OWN_USER = { uid: 10_001, gid: 10_001 };

/** The official images' of stores. */
export const STORE_USER = { uid: 999, gid: 999 };

/** What every pod is: no root, no token of the cluster's, no variables of other services. */
export function podDefaults(name: string, user: { uid: number; gid: number }) {
  return {
    serviceAccountName: name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user.uid,
      runAsGroup: user.gid,
      fsGroup: user.gid,
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    },
  } satisfies Partial<PodSpec>;
}

/** Requests and limits. A limit left out is unlimited. */
export function resources(
  requests: { cpu: string; memory: string },
  limits: { cpu?: string; memory: string },
): NonNullable<Container['resources']> {
  // Nothing writes to a container's own disk but logs.
  const disk = { 'ephemeral-storage': '64Mi' };
  return { requests: { ...requests, ...disk }, limits: { ...limits, 'ephemeral-storage': '512Mi' } };
}

/** The login for a private registry, where there is one: mirrored images of the stores need it as our own does. */
export function pulledWith(secret: string | undefined): Pick<PodSpec, 'imagePullSecrets'> {
  return secret === undefined ? {} : { imagePullSecrets: [{ name: secret }] };
}

/** Spreads replicas over hosts where there are several; on one host it changes nothing. */
export function spread(selector: Record<string, string>): NonNullable<PodSpec['topologySpreadConstraints']> {
  return [
    {
      maxSkew: 1,
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: selector },
    },
  ];
}
