import type { CollectorArgs } from '../infra/collector/collector';
import type { DeploymentConfig } from '../scenario/config/deployment';

/** Region EU1, which was `coralogix.com` before. */
const DEFAULT_CORALOGIX_DOMAIN = 'eu1.coralogix.com';

/** Where telemetry goes besides the console, as the config says. */
export function collectorDestinations({
  otlp,
  coralogix,
}: DeploymentConfig): Pick<CollectorArgs, 'otlp' | 'coralogix'> {
  return {
    ...(otlp?.endpoint === undefined
      ? {}
      : { otlp: { endpoint: otlp.endpoint, headers: otlp.headers ?? {} } }),
    ...(coralogix?.privateKey === undefined
      ? {}
      : {
          coralogix: {
            domain: coralogix.domain ?? DEFAULT_CORALOGIX_DOMAIN,
            privateKey: coralogix.privateKey,
            spanMetrics: coralogix.spanMetrics ?? true,
          },
        }),
  };
}

/** URLs of those back ends. */
export function vendorUrls(config: DeploymentConfig): string[] {
  const { otlp, coralogix } = collectorDestinations(config);
  return [...(otlp ? [otlp.endpoint] : []), ...(coralogix ? [`https://ingress.${coralogix.domain}`] : [])];
}
