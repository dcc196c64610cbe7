import { createServer } from 'node:http';
import * as pulumi from '@pulumi/pulumi';
import { stringify } from 'yaml';
import { mockEngine, SHOP_ANSWERS, type CreatedResource } from '../mocks/engine';
import { serving, withDocker } from '../mocks/servers';
import program from '../../stacks/index';

/** One Kubernetes object of the program. */
export interface Manifest {
  /** Logical name of its resource. */
  resource: string;
  apiVersion: string;
  kind: string;
  metadata: Readonly<Record<string, unknown>>;
  object: Readonly<Record<string, unknown>>;
}

/**
 * Runs the whole Pulumi program, `target: kubeconfig`, on the mocked engine; cluster and registry are servers of this
 * process that answer its probes.
 *
 * @param config further keys, as `pulumi config set` leaves them
 * @param preview whether it is a preview, which knows nothing of what is not made yet
 */
export async function runProgram(
  config: Readonly<Record<string, string>>,
  preview = false,
): Promise<readonly CreatedResource[]> {
  const answering = () => createServer((_request, response) => response.end('{}'));
  return serving(answering(), (cluster) =>
    serving(answering(), async (registry) => {
      const engine = mockEngine(SHOP_ANSWERS, { preview });
      const all: Record<string, string> = {
        target: 'kubeconfig',
        kubeconfig: kubeconfigOf(`http://127.0.0.1:${String(cluster)}`),
        imageRegistry: `localhost:${String(registry)}`,
        ...config,
      };
      pulumi.runtime.setAllConfig(
        Object.fromEntries(Object.entries(all).map(([key, value]) => [`ecommerce-demo:${key}`, value])),
      );
      await withDocker(program);
      // The last of all: it waits for the rest.
      await engine.until('follow-up-verification');
      return engine.created;
    }),
  );
}

function kubeconfigOf(server: string): string {
  return stringify({
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test' } }],
    clusters: [{ name: 'test', cluster: { server } }],
  });
}

/** The Kubernetes objects among resources, as `kubectl apply` would take them. */
export function manifestsOf(resources: readonly CreatedResource[]): Manifest[] {
  return resources.flatMap(({ type, name, inputs }) => {
    const [, group = '', kind = ''] = /^kubernetes:([^:]+):(\w+)$/.exec(type) ?? [];
    if (kind === '') return [];
    const metadata = inputs.metadata as Record<string, unknown>;
    const apiVersion = group.replace(/^core\//, '');
    const object = { ...inputs, apiVersion, kind, metadata };
    return [{ resource: name, apiVersion, kind, metadata, object }];
  });
}

/** Objects as one stream of YAML documents. */
export function toYaml(manifests: readonly Manifest[]): string {
  return manifests
    .map(({ object }) => `---\n${stringify(object, { aliasDuplicateObjects: false })}`)
    .join('');
}
