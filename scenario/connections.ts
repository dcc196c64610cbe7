import { healthyPool } from './causes/small-pool/document';
import type { Scenario } from './types';

/** Connections besides product-catalog's two pools: checkout's, the subscriptions, console, operators, CLI, plans. */
const OTHER_CONNECTIONS = 30;
/** Each further checkout has a pool of its own. */
const CONNECTIONS_OF_A_CHECKOUT = 8;
/** Orders that wait for a row, and those who look. */
const CONNECTIONS_OF_AN_INVENTORY = 68;
const LEAST_CONNECTIONS = 300;

/**
 * `max_connections`: twice all pools (a resize may hold both sizes for a moment) and 20 in reserve. Counts twice the
 * normal pool, whatever the mode: else a flip, or the ablation of ten times Black Friday's pool, would need PostgreSQL to
 * be restarted in the middle of a run.
 *
 * @param replicas of services with pools of their own
 */
export function requiredConnections(
  { pools, scale }: Pick<Scenario, 'pools' | 'scale'>,
  { checkout = 1, inventory = 1 }: { checkout?: number; inventory?: number } = {},
): number {
  const normal = healthyPool(scale).max;
  const recommendation = Math.max(pools.recommendation.max, 2 * normal);
  const others =
    OTHER_CONNECTIONS + CONNECTIONS_OF_A_CHECKOUT * (checkout - 1) + CONNECTIONS_OF_AN_INVENTORY * inventory;
  return Math.max(LEAST_CONNECTIONS, 2 * (recommendation + pools.baseline.max + others) + 20);
}
