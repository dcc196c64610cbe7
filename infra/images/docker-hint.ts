import { NO_DOCKER } from '../../machine/reach/docker';

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
  return `${NO_DOCKER.problem}. ${NO_DOCKER.remedy}`;
}
