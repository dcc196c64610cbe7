/** Config keys of the NodePorts, by the Service. */
const KEYS: Readonly<Record<string, string>> = {
  frontend: 'nodePorts.shop',
  console: 'nodePorts.console',
  postgresql: 'nodePorts.postgres',
};

/**
 * What to do about a NodePort that another Service of the cluster has; null for any other error.
 *
 * @param service name of the Service that was to get it
 * @param errors what Kubernetes said
 */
export function takenPortRemedy(service: string, errors: readonly string[]): string | null {
  const [, port] = /(\d+): provided port is already allocated/.exec(errors.join('\n')) ?? [];
  const key = KEYS[service];
  if (port === undefined || key === undefined) return null;
  return (
    `ecommerce-demo:${key} = ${port}: another Service of this cluster has that port ` +
    `(kubectl get services --all-namespaces | grep ${port}). Choose a free one from 30000 to 32767, then run pulumi up again: ` +
    `pulumi config set --path ${key} PORT`
  );
}
