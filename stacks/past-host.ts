import { X509Certificate } from 'node:crypto';
import * as pulumi from '@pulumi/pulumi';
import { z } from 'zod';
import { clusterAddress } from '../machine/reach/kubeconfig';

/** What the stack's last whole update left: its output `host`. */
const pastHostSchema = z.object({
  instanceId: z.string(),
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
  /** When the kubeconfig's login ends; null for one without a certificate. */
  loginEnds: Date | null;
};

/**
 * The host of the last update that went through; null before the first one. State says it to the engine alone, so a
 * program that has to know what it is about to change reads its own outputs.
 */
export async function pastHost(): Promise<PastHost | null> {
  const own = new pulumi.StackReference(
    `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`,
  );
  const { value } = (await own.getOutputDetails('host')) as { value?: unknown };
  const parsed = pastHostSchema.safeParse(value);
  if (!parsed.success) return null;
  const { secretValue: kubeconfig } = (await own.getOutputDetails('kubeconfig')) as { secretValue?: unknown };
  return { ...parsed.data, loginEnds: endOfLogin(String(kubeconfig)) };
}

/** When the login of a kubeconfig ends. */
function endOfLogin(kubeconfig: string): Date | null {
  const { certificate } = clusterAddress(kubeconfig, 'the output kubeconfig').credentials;
  return certificate === undefined ? null : new Date(new X509Certificate(certificate).validTo);
}
