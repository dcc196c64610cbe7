import { SERVICE_NAMES, type ServiceName } from '../../services/catalog';

/** Pods of each service: what the config says, one otherwise. */
export function replicasOf(
  configured: Partial<Record<ServiceName, number | undefined>> | undefined,
): Record<ServiceName, number> {
  return Object.fromEntries(SERVICE_NAMES.map((name) => [name, configured?.[name] ?? 1])) as Record<
    ServiceName,
    number
  >;
}
