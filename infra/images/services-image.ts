import * as docker from '@pulumi/docker';
import * as pulumi from '@pulumi/pulumi';
import { hint } from '../cluster/hint';
import type { RegistryCredentials } from '../registry/registry';
import { dockerRemedy } from './docker-hint';

export interface ServicesImageArgs {
  /** Name without tag, as the cluster pulls it: `registry/path`. */
  repository: pulumi.Input<string>;
  /** Tag that moves along; pods run by digest. */
  tag: string;
  /** Base image of building and running. */
  baseImage: string;
  /** Platform of the cluster's nodes. */
  platform: string;
  /** The repository's folder, relative to the program's: the same on every operator's machine. */
  context: string;
  /** Login; without one the Docker engine's own is used. */
  registry?: pulumi.Input<RegistryCredentials>;
}

/** The one image of all services, built from this repository and pushed. */
export class ServicesImage extends pulumi.ComponentResource {
  /** Name with digest: what pods run. */
  readonly digest: pulumi.Output<string>;

  constructor(name: string, args: ServicesImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super('ecommerce-demo:images:ServicesImage', name, {}, opts);
    const image = createImage(name, args, this);
    this.digest = image.repoDigest;
    this.registerOutputs({ digest: this.digest });
  }
}

/** The platform of this machine, which builds: dependencies are plain JavaScript, so nothing is emulated. */
export function buildPlatform(arch: string = process.arch): 'linux/arm64' | 'linux/amd64' {
  return arch === 'arm64' ? 'linux/arm64' : 'linux/amd64';
}

function createImage(name: string, args: ServicesImageArgs, parent: pulumi.Resource): docker.Image {
  const imageName = pulumi.interpolate`${args.repository}:${args.tag}`;
  return new docker.Image(
    `${name}-image`,
    {
      imageName,
      build: {
        context: args.context,
        dockerfile: `${args.context}/Dockerfile`,
        platform: args.platform,
        args: {
          BUILD_IMAGE: args.baseImage,
          RUNTIME_IMAGE: args.baseImage,
          BUILD_PLATFORM: buildPlatform(),
          // BuildKit writes what it cached into the image, so that a machine that never built it takes the layers that
          // did not change from the last one pushed. An engine that has none of it builds all.
          BUILDKIT_INLINE_CACHE: '1',
        },
        cacheFrom: { images: [imageName] },
      },
      ...(args.registry === undefined ? {} : { registry: pulumi.secret(args.registry) }),
    },
    // It stays in its registry, whatever happens here; and the provider would ask for an engine to forget it.
    {
      parent,
      retainOnDelete: true,
      hooks: { onError: [hint(`${name}-docker`, ({ errors }) => dockerRemedy(errors))] },
    },
  );
}
