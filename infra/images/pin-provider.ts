import type * as pulumi from '@pulumi/pulumi';
import { digestOf, type RegistryLogin } from '../../machine/reach/registry-api';

/** Inputs of a pinned image. */
export interface PinInputs {
  /** Reference by tag. */
  image: string;
  /** Login of its registry; null without one. */
  login: RegistryLogin | null;
}

/** What is known of it in addition. */
export interface PinOutputs extends PinInputs {
  /** Reference with tag and digest. */
  pinned: string;
}

async function pin(inputs: PinInputs): Promise<PinOutputs> {
  return { ...inputs, pinned: `${inputs.image}@${await digestOf(inputs.image, inputs.login)}` };
}

/** Looks a tag up once, and keeps what it found until another one is wanted. */
export const pinProvider: pulumi.dynamic.ResourceProvider<PinInputs, PinOutputs> = {
  async create(inputs) {
    return { id: inputs.image, outs: await pin(inputs) };
  },
  /** Another login is no other image. */
  async diff(_id, olds, news) {
    const changed = olds.image !== news.image;
    return Promise.resolve({ changes: changed, replaces: changed ? ['image'] : [] });
  },
};
