import type { ServiceEntry } from '../../services/catalog';
import { CORALOGIX_APPLICATION } from '../collector/configuration';

/** A variable of the environment: a value, a key of the service's Secret, or a field of the pod. */
export type Variable =
  { name: string; value: string } | { name: string; secretKey: string } | { name: string; fieldPath: string };

/** Number of its pod, that a StatefulSet's controller writes on it. */
const POD_INDEX = "metadata.labels['apps.kubernetes.io/pod-index']";

/** What a service's process is told. Other services are found by their names and the catalog's ports. */
export function serviceVariables(
  entry: ServiceEntry,
  options: { replicas: number; otlpEndpoint: string; redisKind: string },
): Variable[] {
  const share: Variable[] =
    entry.name === 'load-generator'
      ? [
          { name: 'LOAD_SHARE_COUNT', value: String(options.replicas) },
          { name: 'LOAD_SHARE_INDEX', fieldPath: POD_INDEX },
        ]
      : [];
  return [
    { name: 'SERVICE', value: entry.name },
    { name: 'PORT', value: String(entry.port) },
    { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: options.otlpEndpoint },
    {
      name: 'OTEL_RESOURCE_ATTRIBUTES',
      value: `cx.application.name=${CORALOGIX_APPLICATION},cx.subsystem.name=${entry.name}`,
    },
    ...(entry.databaseRole === null ? [] : [{ name: 'DATABASE_URL', secretKey: 'DATABASE_URL' }]),
    ...(entry.stores.includes('redis') ? [{ name: 'REDIS_URL', secretKey: 'REDIS_URL' }] : []),
    ...(needsAdminToken(entry) ? [{ name: 'ADMIN_TOKEN', secretKey: 'ADMIN_TOKEN' }] : []),
    ...(entry.name === 'product-catalog' ? [{ name: 'POOL_REPLICAS', value: String(options.replicas) }] : []),
    ...(entry.name === 'console' ? [{ name: 'REDIS_KIND', value: options.redisKind }] : []),
    ...share,
  ];
}

/** The services with run-time control. */
export function needsAdminToken({ name }: Pick<ServiceEntry, 'name'>): boolean {
  return name === 'load-generator' || name === 'console';
}
