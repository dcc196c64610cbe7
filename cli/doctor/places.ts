import { API_PORT, DEFAULT_NODE_PORTS } from '../../scenario/config/deployment';
import { messageOf } from '../../machine/errors';
import { at, numberAt, textAt } from '../../machine/json';
import { requireReachable } from '../../machine/reach/cluster';
import { requireDocker } from '../../machine/reach/docker';
import { clusterAddress } from '../../machine/reach/kubeconfig';
import { readKubeconfig } from '../../machine/reach/kubeconfig-files';
import { requireRegistry } from '../../machine/reach/registry';
import { tcpFault } from '../../machine/reach/tcp';
import { failed, ok, skipped, type Finding } from '../checks/check';
import type { StackFacts } from './facts';

const CONNECT_WITHIN_MS = 5_000;

/** Whether the services' image can be built, or is there. */
export async function checkDocker({ deployment }: StackFacts, env: NodeJS.ProcessEnv): Promise<Finding> {
  const given = deployment.images?.services;
  if (given !== undefined) return ok(`none is needed: ${given}`);
  return ok(`engine ${await requireDocker(env)}`);
}

/** Whether the registry of the stack takes the image. */
export async function checkRegistry({ deployment, target }: StackFacts): Promise<Finding> {
  const given = deployment.images?.services;
  if (given !== undefined) return skipped(`nothing is pushed: ${given}`);
  if (target === 'aws') return skipped('pulumi up makes one in ECR');
  if (deployment.imageRegistry === undefined) return failed('imageRegistry is unset');
  const { username, password } = deployment.imagePullSecret ?? {};
  const repository = `${deployment.imageRegistry}/ecommerce-demo`;
  const login = username !== undefined && password !== undefined ? { username, password } : null;
  await requireRegistry(repository, login);
  return ok(`${repository} answers`);
}

/** Whether the cluster is there and lets us in. */
export async function checkKubeconfig({ deployment }: StackFacts, projectDir: string): Promise<Finding> {
  const { content, source } = readKubeconfig(deployment.kubeconfig, projectDir);
  const address = clusterAddress(content, source, deployment.context);
  await requireReachable(address, source);
  return ok(`${address.server} answers (context ${address.context} of ${source})`);
}

/** Whether what is deployed can be reached from here, port by port. */
export async function checkHostPorts({ deployment }: StackFacts, outputs: unknown): Promise<Finding> {
  if (textAt(outputs, 'shopUrl') === null) return skipped('nothing is deployed yet');
  if (deployment.hostState === 'stopped') return skipped('the hosts are parked');
  const faults = await Promise.all(
    portsOf(deployment, outputs).map(async ({ what, host, port }) => {
      const fault = await tcpFault({ host, port }, CONNECT_WITHIN_MS);
      return { what: `${what} ${host}:${String(port)}`, fault };
    }),
  );
  const closed = faults.filter(({ fault }) => fault !== null);
  return closed.length === 0
    ? ok(faults.map(({ what }) => what).join(', '))
    : failed(closed.map(({ what, fault }) => `${what}: ${messageOf(fault)}`).join('; '));
}

interface Port {
  what: string;
  host: string;
  port: number;
}

/** What operators reach: the shop, the console and PostgreSQL, and on a host of the stack's own SSH and the API. */
function portsOf({ nodePorts, hostAccess }: StackFacts['deployment'], outputs: unknown): Port[] {
  const byUrl = (what: string, key: string) => {
    const url = URL.parse(textAt(outputs, key) ?? '');
    const host = url?.hostname.replace(/^\[|\]$/g, '') ?? null;
    return { what, host, port: Number(url?.port ?? '') || 80 };
  };
  // Through Systems Manager the ports are this machine's own, which npm run tunnel forwards.
  const own = hostAccess === 'ssm' ? null : textAt(outputs, 'host', 'address');
  const database = at(outputs, 'conductorDatabase');
  const postgres = numberAt(database, 'port') ?? nodePorts?.postgres ?? DEFAULT_NODE_PORTS.postgres;
  return [
    { what: 'SSH', host: own, port: 22 },
    { what: 'Kubernetes API', host: own, port: API_PORT },
    byUrl('shop', 'shopUrl'),
    byUrl('console', 'consoleUrl'),
    { what: 'PostgreSQL', host: textAt(database, 'host'), port: postgres },
  ].flatMap(({ host, ...port }) => (host === null ? [] : [{ ...port, host }]));
}
