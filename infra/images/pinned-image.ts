import * as pulumi from '@pulumi/pulumi';
import { parseReference, type RegistryLogin } from '../../machine/reach/registry-api';
import { pinProvider } from './pin-provider';

/** A tag's digest, looked up when the tag is first used, and kept in the state: nobody moves what runs. */
class TagPin extends pulumi.dynamic.Resource {
  declare readonly pinned: pulumi.Output<string>;

  constructor(
    name: string,
    args: { image: string; login: pulumi.Input<RegistryLogin | null> },
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      pinProvider,
      name,
      {
        image: args.image,
        login: pulumi.secret(args.login),
        // Known when it is looked up.
        pinned: undefined,
      },
      opts,
      'images',
      'TagPin',
    );
  }
}

/** Images that are not ours, by digest: pods never run a tag, which may be another image tomorrow. */
export class PinnedImages<Name extends string> extends pulumi.ComponentResource {
  /** References by digest; those that were given by digest are as given. */
  readonly references: Readonly<Record<Name, pulumi.Output<string>>>;

  constructor(
    name: string,
    args: {
      /** Image references by what they are for. */
      images: Readonly<Record<Name, string>>;
      /** Login, used for the images of that registry only. */
      credentials?: pulumi.Input<RegistryLogin & { server: string }>;
    },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super('ecommerce-demo:images:PinnedImages', name, {}, opts);
    const { images, credentials } = args;
    const reference = (purpose: string, image: string): pulumi.Output<string> => {
      const { server, digest } = parseReference(image);
      if (digest !== null) return pulumi.output(image);
      const login = pulumi
        .output(credentials)
        .apply((found) =>
          found?.server === server ? { username: found.username, password: found.password } : null,
        );
      return new TagPin(`${name}-${purpose}`, { image, login }, { parent: this }).pinned;
    };
    this.references = Object.fromEntries(
      Object.entries<string>(images).map(([purpose, image]) => [purpose, reference(purpose, image)]),
    ) as Record<Name, pulumi.Output<string>>;
    this.registerOutputs({ references: this.references });
  }
}
