import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { RegistryCredentials } from '../registry/registry';
import type { Cluster } from './cluster';

/** Name of the Secret that pods name as their imagePullSecret. */
export const PULL_SECRET_NAME = 'image-registry';

/** Login of a private registry, for the pods of one namespace. */
export class PullSecret extends pulumi.ComponentResource {
  constructor(
    name: string,
    args: {
      cluster: Cluster;
      credentials: pulumi.Input<RegistryCredentials>;
    },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super('ecommerce-demo:cluster:PullSecret', name, {}, opts);
    const { cluster } = args;
    new k8s.core.v1.Secret(
      `${name}-secret`,
      {
        metadata: cluster.metadata(PULL_SECRET_NAME, { 'app.kubernetes.io/part-of': 'ecommerce-demo' }),
        type: 'kubernetes.io/dockerconfigjson',
        stringData: {
          '.dockerconfigjson': pulumi.secret(pulumi.output(args.credentials).apply(dockerConfig)),
        },
      },
      cluster.inside(this),
    );
    this.registerOutputs({});
  }
}

/** What `docker login` writes. */
export function dockerConfig({ server, username, password }: RegistryCredentials): string {
  // The name under which Docker Hub's logins have always been kept.
  const key = server === 'docker.io' ? 'https://index.docker.io/v1/' : server;
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  return JSON.stringify({ auths: { [key]: { username, password, auth } } });
}
