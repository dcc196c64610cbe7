import * as pulumi from '@pulumi/pulumi';

/**
 * Tells what to do where making or changing a resource failed: what the cloud says of it names neither the key of config nor
 * the way out.
 *
 * @param remedyOf what to do about an error; null where its own message is enough
 */
export function hint(
  name: string,
  remedyOf: (failure: pulumi.ErrorHookArgs) => string | null,
): pulumi.ErrorHook {
  return new pulumi.ErrorHook(`${name}-hint`, (failure) => {
    const remedy = remedyOf(failure);
    if (remedy !== null) void pulumi.log.error(remedy);
    return false;
  });
}
