import { ConfigError } from '../../scenario/config/config-error';
import type { StartedBy } from '../../scenario/override/lease';
import { requestedRun, type RunRequest } from '../../scenario/override/start';
import type { Override, Scenario } from '../../scenario/types';
import { invalidInput } from './validate';

/**
 * Whether a run that is started by request gets its releases: on one machine the runner follows; in a cluster (whose pods
 * all have this variable) nothing does.
 */
const ROLLS_RELEASES = process.env.KUBERNETES_SERVICE_HOST === undefined;

/**
 * The run that a request over HTTP asks for.
 *
 * @param now Unix seconds
 * @param fieldOfKey which field of the request a scenario key came from, where the names differ
 * @throws HttpError 400 `invalid-input` with the fields, for an outage that can't be made
 */
export function runAskedFor(
  request: RunRequest,
  desired: Scenario,
  { now, startedBy }: { now: number; startedBy: StartedBy },
  fieldOfKey: Readonly<Record<string, string>>,
): Override {
  try {
    return requestedRun(request, desired, { now, startedBy, rolls: ROLLS_RELEASES });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw invalidInput(
      error.faults.map(({ key, message }) => ({ field: fieldOfKey[key] ?? key, reason: message })),
      'No such outage can be made',
    );
  }
}
