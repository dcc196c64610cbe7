import type { Scenario } from '../../scenario/types';

/** Connections besides product-catalog's two pools: checkout's, the subscriptions, console, operators, CLI, plans. */
const OTHER_CONNECTIONS = 30;
const LEAST_CONNECTIONS = 300;

/**
 * `max_connections`: twice all pools (a resize may hold both sizes for a moment) and 20 in reserve. Counts twice the
 * normal pool, whatever the mode: else a flip, or the ablation of ten times Black Friday's pool, would restart
 * PostgreSQL in the middle of a run.
 */
export function requiredConnections(pools: Scenario['pools'], normalPoolMax: number, checkouts = 1): number {
  const recommendation = Math.max(pools.recommendation.max, 2 * normalPoolMax);
  const all = recommendation + pools.baseline.max + OTHER_CONNECTIONS + 8 * (checkouts - 1);
  return Math.max(LEAST_CONNECTIONS, 2 * all + 20);
}
