import { connect } from 'node:net';
import * as pulumi from '@pulumi/pulumi';
import { parse } from 'yaml';
import { z } from 'zod';

const named = <T extends z.ZodType>(name: string, schema: T) =>
  z.array(z.looseObject({ name: z.string(), [name]: schema }));

const kubeconfigSchema = z.looseObject({
  'current-context': z.string().optional(),
  contexts: named('context', z.looseObject({ cluster: z.string() })),
  clusters: named('cluster', z.looseObject({ server: z.url() })),
});

/** Where a kubeconfig leads to. */
export interface ClusterAddress {
  /** Base URL of the API server. */
  server: string;
  host: string;
  port: number;
  context: string;
}

/**
 * The API server of a kubeconfig's context.
 *
 * @throws pulumi.RunError for what is no kubeconfig, and for a context it doesn't have
 */
export function clusterAddress(content: string, source: string, context?: string): ClusterAddress {
  const parsed = kubeconfigSchema.safeParse(tryParse(content));
  if (!parsed.success) {
    throw new pulumi.RunError(
      `ecommerce-demo:kubeconfig: ${source} is not a kubeconfig (clusters and contexts are missing).`,
    );
  }
  const config = parsed.data;
  const wanted = context ?? config['current-context'] ?? '';
  const names = config.contexts.flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
  const found = config.contexts.find(({ name }) => name === wanted)?.context as
    { cluster: string } | undefined;
  const cluster = config.clusters.find(({ name }) => name === found?.cluster)?.cluster as
    { server: string } | undefined;
  if (!cluster) {
    throw new pulumi.RunError(
      `ecommerce-demo:context = ${context ?? '(unset)'}: ${source} has no usable context "${wanted}"; it has ${names.join(', ') || 'none'}. ` +
        'pulumi config set context NAME',
    );
  }
  const url = new URL(cluster.server);
  return {
    server: cluster.server,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (url.protocol === 'http:' ? 80 : 443),
    context: wanted,
  };
}

function tryParse(content: string): unknown {
  try {
    return parse(content);
  } catch {
    return null;
  }
}

/** Probes end after this time (ms). */
const PROBE_TIMEOUT_MS = 5_000;

/**
 * Whether something listens there, asked before the first resource.
 *
 * @returns null, or why not
 */
export function probe(host: string, port: number, timeoutMs = PROBE_TIMEOUT_MS): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const end = (fault: string | null): void => {
      socket.destroy();
      resolve(fault);
    };
    socket.once('connect', () => {
      end(null);
    });
    socket.once('timeout', () => {
      end(`no answer within ${String(timeoutMs / 1000)} s`);
    });
    socket.once('error', (error) => {
      end(error.message === '' ? 'connection refused' : error.message);
    });
  });
}

/**
 * Fails when the API server cannot be reached.
 *
 * @throws pulumi.RunError with the remedy
 */
export async function requireReachable(address: ClusterAddress, source: string): Promise<void> {
  const fault = await probe(address.host, address.port);
  if (fault === null) return;
  throw new pulumi.RunError(
    `The cluster at ${address.server} (context ${address.context} of ${source}) cannot be reached: ${fault}. ` +
      'Start it, connect the VPN, or choose another one: pulumi config set kubeconfig PATH; pulumi config set context NAME. Nothing was touched.',
  );
}
