import type { CollectorArgs } from '../infra/collector/collector';
import {
  DEFAULT_CORALOGIX_DOMAIN,
  makesSpanMetrics,
  type DeploymentConfig,
} from '../scenario/config/deployment';

/** Where telemetry goes besides the console, as the config says. */
export function collectorDestinations(config: DeploymentConfig): Pick<CollectorArgs, 'otlp' | 'coralogix'> {
  const { otlp, coralogix } = config;
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
            spanMetrics: makesSpanMetrics(config),
          },
        }),
  };
}

/** URLs of those back ends. */
export function vendorUrls(config: DeploymentConfig): string[] {
  const { otlp, coralogix } = collectorDestinations(config);
  return [...(otlp ? [otlp.endpoint] : []), ...(coralogix ? [`https://ingress.${coralogix.domain}`] : [])];
}
