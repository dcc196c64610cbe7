import { DEFAULT_IMAGES } from '../../scenario/config/deployment';

/**
 * Where the engine tests run: from the environment, since clusters and registries differ.
 *
 * - `PULUMI_E2E_KUBECONFIG`: path of the kubeconfig. Without it these tests are left out.
 * - `PULUMI_E2E_REGISTRY`: registry the services' image is pushed to (localhost:5000).
 * - `PULUMI_E2E_IMAGES_BASE`, `…_POSTGRES`, `…_REDIS`, `…_COLLECTOR`: mirrors of the images that are not ours.
 * - `PULUMI_E2E_HOST`: where NodePorts answer (the host of the kubeconfig's server).
 * - `PULUMI_E2E_FULL=1`: `npm test` also runs the long ones: killed engines, namespace gone, two stacks side by side.
 */
export interface EngineTestSettings {
  kubeconfig: string;
  registry: string;
  images: { base: string; postgres: string; redis: string; collector: string };
  /** Host of the NodePorts; null: the kubeconfig's. */
  host: string | null;
}

/** The settings of this run. */
export function engineTestSettings(env: NodeJS.ProcessEnv = process.env): EngineTestSettings {
  const image = (name: keyof typeof DEFAULT_IMAGES) =>
    env[`PULUMI_E2E_IMAGES_${name.toUpperCase()}`] ?? DEFAULT_IMAGES[name];
  return {
    kubeconfig: env.PULUMI_E2E_KUBECONFIG ?? '',
    registry: env.PULUMI_E2E_REGISTRY ?? 'localhost:5000',
    images: {
      base: image('base'),
      postgres: image('postgres'),
      redis: image('redis'),
      collector: image('collector'),
    },
    host: env.PULUMI_E2E_HOST ?? null,
  };
}
