/**
 * Every check that validate, rollback, pre-flight and doctor make, by its id. The id is the anchor of its entry in
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
    title: 'The service map is complete: twelve services, both stores',
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
  release: {
    title: 'Every service runs the release’s image',
    remedy: 'pulumi up once more; kubectl rollout status says what waits',
  },
  node: {
    title: 'Node',
    remedy: 'install Node 18 or newer; it brings the one that everything runs by',
  },
  ports: {
    title: 'Ports of the shop',
    remedy: 'stop what uses them, or npm start -- --port-offset 1000',
  },
  'stack-file': {
    title: 'Stack config',
    remedy:
      'pulumi config set [--path] KEY VALUE, pulumi config rm KEY, or edit the stack file; all keys: docs/config.md',
  },
  'pulumi-cli': {
    title: 'Pulumi CLI',
    remedy: 'curl -fsSL https://get.pulumi.com | sh, or https://www.pulumi.com/docs/install',
  },
  'pulumi-login': {
    title: 'Pulumi’s back end',
    remedy: 'pulumi login, or without an account: pulumi login file://$HOME',
  },
  'stack-there': {
    title: 'The stack',
    remedy: 'log in first: pulumi login; then pulumi stack init NAME',
  },
  passphrase: {
    title: 'Passphrase of the secrets',
    remedy: 'export PULUMI_CONFIG_PASSPHRASE=… (the one the stack was made with; any, for a new one)',
  },
  docker: {
    title: 'Docker, or an image that is there',
    remedy: 'start the Docker engine, or pulumi config set --path images.services NAME@sha256:…',
  },
  registry: {
    title: 'Image registry',
    remedy: 'pulumi config set imageRegistry HOST/PATH',
  },
  kubeconfig: {
    title: 'The cluster',
    remedy: 'pulumi config set kubeconfig PATH; pulumi config set context NAME',
  },
  'aws-login': {
    title: 'AWS login and account',
    remedy: 'aws sso login, or pulumi config set aws:profile NAME; aws configure makes a first one',
  },
  operators: {
    title: 'This machine may reach the host',
    remedy: `pulumi config set --path 'operatorCidrs[0]' "$(curl -s https://checkip.amazonaws.com)/32"`,
  },
  quotas: {
    title: 'AWS quotas',
    remedy: 'https://console.aws.amazon.com/servicequotas',
  },
  'host-ports': {
    title: 'Ports of what is deployed, from here',
    remedy: 'a firewall between, another address than operatorCidrs has, or hosts that are down: pulumi up',
  },
} as const satisfies Record<string, { title: string; remedy: string }>;

export type CheckId = keyof typeof CHECKS;

/** Where a check's entry is. */
export function anchorOf(id: CheckId): string {
  return `docs/troubleshooting.md#${id}`;
}
