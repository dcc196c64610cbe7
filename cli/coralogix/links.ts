import { readStackConfigFile } from '../../scenario/config/config-file';
import { at, textAt } from '../../machine/json';
import { isCoralogix } from '../../services/catalog';
import { ShopObserver } from '../observation/shop-observer';
import type { Target } from '../target/target';

/** Pages of Coralogix' own, by their addresses under an account's. */
const PAGES = {
  services: '/#/apm/services',
  databases: '/#/apm/databases',
  spans: '/#/query-new/tracing',
  incidents: '/#/incidents',
} as const;

/** An account's address: `https://team.eu2.coralogix.com`, or without the team, which its login asks for. */
export type CoralogixAddress = string;

/**
 * Where the account is that this shop's telemetry goes to; null when it goes to none.
 *
 * @param config the stack file's own keys: `links.trace` has the team's name, `coralogix.domain` the domain
 * @param forwarding end point that a local shop forwards to; null: none, or a stack
 */
export function coralogixAddress(
  config: Readonly<Record<string, unknown>>,
  forwarding: string | null,
): CoralogixAddress | null {
  const trace = textAt(config, 'links', 'trace');
  if (trace !== null && isCoralogix(trace)) return new URL(trace).origin;
  if (forwarding !== null && isCoralogix(forwarding)) {
    return `https://${new URL(forwarding).hostname.replace(/^ingress\./, '')}`;
  }
  const domain = at(config, 'coralogix') === null ? null : textAt(config, 'coralogix', 'domain');
  return domain === null ? null : `https://${domain}`;
}

/** The account that a target's telemetry goes to; null when it goes to none, or nobody can say. */
export async function accountOf(target: Target): Promise<CoralogixAddress | null> {
  let config: Record<string, unknown> = {};
  try {
    config = readStackConfigFile(target.config).values;
  } catch {
    // Without a stack file, or with a broken one, a local shop still says where it forwards to.
  }
  if (target.kind === 'stack') return coralogixAddress(config, null);
  const health = await new ShopObserver(target).get('console', '/health').catch(() => null);
  const forwarding = textAt(health, 'forwarding', 'endpoint');
  return forwarding === null ? null : coralogixAddress(config, forwarding);
}

/** The address of a page. */
export function coralogixPage(address: CoralogixAddress, page: keyof typeof PAGES): string {
  return `${address}${PAGES[page]}`;
}

/** The address of a trace among Explore's. */
export function coralogixTrace(address: CoralogixAddress, traceId: string): string {
  return `${coralogixPage(address, 'spans')}?traceId=${traceId}`;
}
