import * as pulumi from '@pulumi/pulumi';

/**
 * What to do where no Docker engine answers, in one sentence; null for any other error.
 *
 * @param errors what the Docker provider said
 */
export function dockerRemedy(errors: readonly string[]): string | null {
  if (
    !/(connect to|reach) (the|any|a) Docker daemon|docker\.sock|error during connect/i.test(errors.join('\n'))
  )
    return null;
  return (
    "No Docker engine answers here, and the services' image is built by one: start it, or name an image that is there: " +
    'pulumi config set --path images.services NAME@sha256:…'
  );
}

/** Tells the remedy where the image cannot be built for want of an engine. */
export function dockerHint(name: string): pulumi.ErrorHook {
  return new pulumi.ErrorHook(`${name}-docker-hint`, ({ errors }) => {
    const remedy = dockerRemedy(errors);
    if (remedy !== null) void pulumi.log.error(remedy);
    return false;
  });
}
