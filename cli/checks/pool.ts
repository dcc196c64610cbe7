import { poolOver } from '../../scenario/pool-share';
import { numberAt } from '../../machine/json';
import type { Target } from '../target/target';
import { readInstances } from './context';

/** The recommendation pool of all replicas of product-catalog together. */
export interface PoolSeen {
  /** Connections it may have now. */
  size: number;
  /** Connections it should have: the total, as whole shares of it add up. */
  expected: number;
  replicas: number;
}

/** Reads it from the services. @param total connections the scenario gives all replicas. @throws when one does not answer */
export async function readRecommendationPool(target: Target, total: number): Promise<PoolSeen> {
  const bodies = await readInstances(target, 'product-catalog', '/health');
  const size = bodies.reduce<number>(
    (sum, body) => sum + (numberAt(body, 'pools', 'recommendation', 'max') ?? 0),
    0,
  );
  return { size, expected: poolOver(total, bodies.length), replicas: bodies.length };
}
