import type { Scenario } from '../../scenario/types';

/** Connections besides product-catalog's two pools: checkout's, the subscriptions, console, operators, CLI, plans. */
const OTHER_CONNECTIONS = 30;
const LEAST_CONNECTIONS = 300;

/**
 * `max_connections`: twice all pools (a resize may hold both sizes for a moment) and 20 in reserve. Counts the normal
 * pool too, whatever the mode: else a flip would restart PostgreSQL.
 */
export function requiredConnections(pools: Scenario['pools'], normalPoolMax: number, checkouts = 1): number {
  const recommendation = Math.max(pools.recommendation.max, normalPoolMax);
  const all = recommendation + pools.baseline.max + OTHER_CONNECTIONS + 8 * (checkouts - 1);
  return Math.max(LEAST_CONNECTIONS, 2 * all + 20);
}
