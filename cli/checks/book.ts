/**
 * Every check that validate, rollback and pre-flight make, by its id. The id is the anchor of its entry in
 * docs/troubleshooting.md (a test holds the two together), and what `--json` names it by.
 */
export const CHECKS = {
  instances: {
    title: 'Processes or pods: at least 8, all ready',
    remedy: 'look at the log of each one named',
  },
  health: {
    title: 'Every service says it is healthy',
    remedy: "look at the service's /health: `checks` names what it misses",
  },
  'vendor-endpoint': {
    title: 'The vendor takes the telemetry',
    remedy: 'check end point and key',
  },
  browse: {
    title: 'A browse is answered',
    remedy: 'follow its trace in the console: the first failed span names the service',
  },
  checkout: {
    title: 'A checkout is answered',
    remedy: 'follow its trace in the console: the first failed span names the service',
  },
  'telemetry-arrives': {
    title: 'Telemetry of both traffic types arrives',
    remedy: "look at the console's /health (receiver) and the load generator's /health (streams)",
  },
  'trace-depth': {
    title: 'A checkout’s trace is at least seven spans deep',
    remedy: 'a service in between sends no spans: see the service map',
  },
  'service-map': {
    title: 'The service map is complete: eleven services, both stores',
    remedy: 'the services named send no spans, or nobody calls them: look at their logs',
  },
  indexes: {
    title: 'Indexes as configured',
    remedy: 'npm run rollback puts them right; an index dropped by hand is nobody else’s to restore',
  },
  pool: {
    title: 'Recommendation pool as configured',
    remedy: 'product-catalog has not seen the scenario: look at its /health and log',
  },
  baseline: {
    title: 'Baseline is in bounds',
    remedy:
      'baseline fails for another reason than the outage: see the console, and the load on this machine',
  },
  'nothing-broken': {
    title: 'Nothing is broken yet',
    remedy: 'npm run rollback',
  },
  'demo-mode': {
    title: 'Demo mode is normal',
    remedy: 'npm run rollback',
  },
  'config-clean': {
    title: 'The config is clean',
    remedy: 'take the keys named out of the stack’s config',
  },
  routes: {
    title: 'No route answers 404',
    remedy: 'a service of another version runs: build and deploy (npm start, pulumi up) once more',
  },
} as const satisfies Record<string, { title: string; remedy: string }>;

export type CheckId = keyof typeof CHECKS;

/** Where a check's entry is. */
export function anchorOf(id: CheckId): string {
  return `docs/troubleshooting.md#${id}`;
}
