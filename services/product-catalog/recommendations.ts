import { z } from 'zod';
import { SLOW_QUERY_MS } from '../../scenario/flow-alert';
import { type InstrumentedPool } from '../lib/database';
import { callService } from '../lib/http-client';
import { logger } from '../lib/logger';
import { serverSpan } from '../lib/telemetry/server-span';
import type { PlanObserver } from './plan-observer';
import { recommendationsQuery } from '../lib/queries/recommendations-query';

const RANKING_TIMEOUT_MS = 1_000;

/** A product that may be recommended. */
export const candidate = z.object({
  id: z.int(),
  name: z.string(),
  category: z.string(),
  price_cents: z.int(),
  popularity_score: z.number(),
  stock_quantity: z.int(),
});
export type Candidate = z.infer<typeof candidate>;

export interface RecommendationRequest {
  category: string;
  minPriceCents: number;
  maxPriceCents: number;
  userId: string;
}

/** The values of the recommendation query, in its order. */
export function recommendationValues(request: RecommendationRequest): unknown[] {
  return [request.category, request.minPriceCents, request.maxPriceCents];
}

/**
 * The candidates of the recommendation query: waits for the pool, then PostgreSQL.
 *
 * @throws PoolExhaustedError when no connection came free in time; HttpError 503 when PostgreSQL is away
 */
export async function findCandidates(
  pool: InstrumentedPool,
  plans: PlanObserver,
  request: RecommendationRequest,
): Promise<Candidate[]> {
  const values = recommendationValues(request);
  const { rows } = await pool.query<Candidate>(recommendationsQuery.text, values, {
    attributes: () => plans.attributes(recommendationsQuery, values),
    onDuration: (durationMs) => {
      const slow = durationMs > SLOW_QUERY_MS;
      if (slow) {
        logger.warn(
          {
            event: 'demo_slow_query_triggered',
            'shop.query.name': recommendationsQuery.name,
            'shop.query.duration_ms': Math.round(durationMs),
            ...plans.attributes(recommendationsQuery, values),
          },
          'slow query',
        );
      }
      return { 'db.slow_query': slow };
    },
  });
  return rows;
}

const ranking = z.object({ ranked: z.array(z.number()) });

/** The candidates in the order the recommendation service gives; in the query's own order while it is away. */
export async function rankCandidates(
  request: RecommendationRequest,
  candidates: Candidate[],
): Promise<Candidate[]> {
  try {
    const { status, body } = await callService('recommendation', {
      method: 'POST',
      path: '/recommend',
      json: {
        user_id: request.userId,
        category: request.category,
        candidates: candidates.map(({ id, popularity_score, price_cents }) => ({
          id,
          popularity_score,
          price_cents,
        })),
      },
      timeoutMs: RANKING_TIMEOUT_MS,
      schema: ranking,
    });
    if (status !== 200) throw new Error(`recommendation answered ${status}`);
    const byId = new Map(candidates.map((each) => [each.id, each]));
    return body.ranked.flatMap((id) => byId.get(id) ?? []);
  } catch (error) {
    serverSpan()?.setAttribute('recommendation.ranked', false);
    logger.debug({ err: error }, 'recommendations are not ranked');
    return candidates;
  }
}
