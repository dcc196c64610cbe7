import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { messageOf, Refusal } from '../errors';
import { tryParse } from './kubeconfig-files';

const text = z.string().optional();

const kubeconfigSchema = z.looseObject({
  'current-context': z.string().optional(),
  contexts: z.array(
    z.looseObject({
      name: z.string(),
      context: z.looseObject({ cluster: z.string(), user: z.string().optional() }),
    }),
  ),
  clusters: z.array(
    z.looseObject({
      name: z.string(),
      cluster: z.looseObject({
        server: z.url(),
        'certificate-authority': text,
        'certificate-authority-data': text,
        'insecure-skip-tls-verify': z.boolean().optional(),
        'tls-server-name': text,
        'proxy-url': text,
      }),
    }),
  ),
  users: z
    .array(
      z.looseObject({
        name: z.string(),
        user: z.looseObject({
          token: text,
          'client-certificate': text,
          'client-certificate-data': text,
          'client-key': text,
          'client-key-data': text,
        }),
      }),
    )
    .nullish(),
});

/** Where a kubeconfig leads to. */
export type ClusterAddress = ReturnType<typeof clusterAddress>;

/**
 * The API server of a kubeconfig's context.
 *
 * @throws Refusal for what is no kubeconfig, and for a context it doesn't have
 */
export function clusterAddress(content: string, source: string, context?: string) {
  const parsed = kubeconfigSchema.safeParse(tryParse(content));
  if (!parsed.success) {
    throw new Refusal(
      `ecommerce-demo:kubeconfig: ${source} is not a kubeconfig (clusters and contexts are missing).`,
    );
  }
  const config = parsed.data;
  const wanted = context ?? config['current-context'] ?? '';
  const found = config.contexts.find(({ name }) => name === wanted)?.context;
  const cluster = config.clusters.find(({ name }) => name === found?.cluster)?.cluster;
  if (!cluster) {
    const names = config.contexts.map(({ name }) => name).join(', ');
    throw new Refusal(
      `ecommerce-demo:context = ${context ?? '(unset)'}: ${source} has no usable context "${wanted}"; it has ${names || 'none'}. ` +
        'pulumi config set context NAME',
    );
  }
  const user = config.users?.find(({ name }) => name === found?.user)?.user;
  const pem = (data: string | undefined, file: string | undefined) => pemOf(data, file, source);
  return {
    /** Base URL of the API server. */
    server: cluster.server,
    host: new URL(cluster.server).hostname.replace(/^\[|\]$/g, ''),
    context: wanted,
    /** The authority of its certificate (PEM); the system's where there is none. */
    ca: pem(cluster['certificate-authority-data'], cluster['certificate-authority']),
    insecure: cluster['insecure-skip-tls-verify'] ?? false,
    tlsServerName: cluster['tls-server-name'],
    /** Reached by way of a proxy that the kubeconfig names. */
    hasProxy: cluster['proxy-url'] !== undefined,
    /** Login, as far as it lies in the kubeconfig. */
    credentials: {
      token: user?.token,
      certificate: pem(user?.['client-certificate-data'], user?.['client-certificate']),
      key: pem(user?.['client-key-data'], user?.['client-key']),
    },
  };
}

/**
 * A certificate or key of a kubeconfig: in it, or in a file beside it.
 *
 * @throws Refusal when that file can't be read
 */
function pemOf(data: string | undefined, file: string | undefined, source: string): string | undefined {
  if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
  if (file === undefined) return undefined;
  try {
    return readFileSync(path.resolve(path.dirname(source), file), 'utf8');
  } catch (error) {
    throw new Refusal(
      `ecommerce-demo:kubeconfig: ${source} names the file ${file}: ${messageOf(error)}. ` +
        'Make one without files: kubectl config view --raw --flatten --minify',
    );
  }
}
