import * as pulumi from '@pulumi/pulumi';

/**
 * Tells what to do where making or changing a resource failed: what the cloud says of it names neither the key of config nor
 * the way out. Each once: a login that ended fails twenty resources.
 *
 * @param remedyOf what to do about an error; null where its own message is enough
 */
export function hint(
  name: string,
  remedyOf: (failure: pulumi.ErrorHookArgs) => string | null,
): pulumi.ErrorHook {
  const told = new Set<string>();
  return new pulumi.ErrorHook(`${name}-hint`, async (failure) => {
    const remedy = remedyOf(failure);
    if (remedy !== null && !told.has(remedy)) {
      told.add(remedy);
      // The engine ends the program as soon as it has the answer: what is said has to be said by then.
      await pulumi.log.error(remedy);
    }
    return false;
  });
}
