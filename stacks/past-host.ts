import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { clusterAddress } from '../machine/reach/kubeconfig';
import type { PastOutputs } from './past-outputs';

/** What the stack's last whole update left: its output `host`. */
const pastHostSchema = z.object({
  instanceId: z.string(),
  account: z.string(),
  region: z.string(),
  generation: z.string(),
  renewal: z.string(),
  release: z.string(),
  hostState: z.enum(['running', 'stopped']),
  instanceType: z.string(),
  volumeSize: z.number(),
  agents: z.number(),
  spot: z.boolean(),
  /** Zone of the server. */
  zone: z.string(),
  /** The subnet that config named; null for one that the program made. */
  subnetId: z.string().nullable(),
});

/** The host as the last whole update left it. */
export type PastHost = z.infer<typeof pastHostSchema> & {
  /** URL of its Kubernetes API. */
  apiServer: string;
  /** When the kubeconfig's login ends; null for one without a certificate. */
  loginEnds: Date | null;
};

/** The host of the last update that went through; null before the first one. */
export async function pastHost(past: PastOutputs): Promise<PastHost | null> {
  const parsed = pastHostSchema.safeParse(await past.value('host'));
  if (!parsed.success) return null;
  const kubeconfig = String(await past.secret('kubeconfig'));
  const { server, credentials } = clusterAddress(kubeconfig, 'the output kubeconfig');
  return { ...parsed.data, apiServer: server, loginEnds: endOf(credentials.certificate) };
}

/** When a certificate ends. */
function endOf(certificate: string | undefined): Date | null {
  return certificate === undefined ? null : new Date(new X509Certificate(certificate).validTo);
}
