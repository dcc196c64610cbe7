import { RESERVATIONS_MAX } from '../causes/hot-row/document';
import { healthyPool } from '../causes/small-pool/document';
import type { Scenario } from '../types';

/** Connections besides the pools that a scenario sizes: the subscriptions, console, operators, CLI, plans. */
const OTHER_CONNECTIONS = 22;
/** The largest pool that an outage gives checkout, at scale 1: 60-second minutes need it. */
const LARGEST_ORDERS_POOL = 70;
/** Orders that wait for a row, and those who look. */
const CONNECTIONS_OF_AN_INVENTORY = RESERVATIONS_MAX + 5;
/** Takes messages, sends, and is asked what it sent. */
export const NOTIFICATION_POOL_MAX = 3;
/** And who listens. */
const CONNECTIONS_OF_A_NOTIFICATION = NOTIFICATION_POOL_MAX + 1;
const LEAST_CONNECTIONS = 300;

/**
 * `max_connections`: twice all pools (a resize may hold both sizes for a moment) and 20 in reserve. Counts twice the
 * normal pool, whatever the mode: else a flip, or the ablation of ten times Black Friday's pool, would need PostgreSQL to
 * be restarted in the middle of a run.
 *
 * @param replicas of services with pools of their own
 */
export function requiredConnections(
  { pools, orders, scale }: Pick<Scenario, 'pools' | 'orders' | 'scale'>,
  {
    checkout = 1,
    inventory = 1,
    notification = 1,
  }: { checkout?: number; inventory?: number; notification?: number } = {},
): number {
  const normal = healthyPool(scale).max;
  const recommendation = Math.max(pools.recommendation.max, 2 * normal);
  // Each checkout has at least one connection, whatever its share.
  const ordering = Math.max(orders.pool.max, LARGEST_ORDERS_POOL * scale) + checkout;
  const others =
    OTHER_CONNECTIONS +
    CONNECTIONS_OF_AN_INVENTORY * inventory +
    CONNECTIONS_OF_A_NOTIFICATION * notification;
  const all = recommendation + pools.baseline.max + Math.ceil(ordering) + others;
  return Math.max(LEAST_CONNECTIONS, 2 * all + 20);
}
