/**
 * Whether a run that is started by request gets its releases: on one machine the runner follows; in a cluster (whose pods
 * all have this variable) nothing does.
 */
export const ROLLS_RELEASES = process.env.KUBERNETES_SERVICE_HOST === undefined;
