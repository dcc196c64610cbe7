import type { Attributes } from '@opentelemetry/api';
import type { Router } from 'express';
import { z } from 'zod';
import { MAIN_CATEGORY, RECOMMENDATION_BAND_CENTS } from '../../scenario/sql/catalog';
import { PoolExhaustedError } from '../lib/database';
import { HttpError } from '../lib/errors';
import { categoryField, idField, INT4_MAX, productIdTextField } from '../lib/fields';
import { serverSpan } from '../lib/telemetry/server-span';
import { parseInput } from '../lib/validate';
import type { PlanObserver } from './plan-observer';
import type { CatalogPools } from './pools';
import { recommendationsQuery } from '../lib/queries/recommendations-query';
import { lowStockQuery, newestQuery, productQuery } from './queries';
import type { RecommendationCache } from './recommendation-cache';
import { findCandidates, rankCandidates, recommendationValues } from './recommendations';

const cents = z.coerce.number().int().min(0).max(INT4_MAX);

const newestInput = z.object({
  category: categoryField.default(MAIN_CATEGORY),
  limit: z.coerce.number().int().min(1).max(50).default(50),
});
const recommendationsInput = z
  .object({
    category: categoryField.default(MAIN_CATEGORY),
    min_price_cents: cents.default(RECOMMENDATION_BAND_CENTS.min),
    max_price_cents: cents.default(RECOMMENDATION_BAND_CENTS.max),
    user_id: idField.default('anonymous'),
  })
  .refine((input) => input.min_price_cents <= input.max_price_cents, {
    path: ['min_price_cents'],
    message: 'must not be above max_price_cents',
  });
const lowStockInput = z.object({ limit: z.coerce.number().int().min(1).max(50).default(12) });
const productInput = z.object({ id: productIdTextField });

/** Says on the server span what kind of query serves the request, as observed; nothing before the first look. */
function setEndpointType(planned: Attributes): void {
  const scan = planned['db.full_table_scan'];
  if (scan === undefined) return;
  serverSpan()?.setAttribute('endpoint.type', scan === true ? 'slow_unindexed' : 'fast_indexed');
}

/** The catalog's API. `demoMinute` is the whole demo minute it is, null outside a run. */
export function catalogRoutes(
  router: Router,
  pools: CatalogPools,
  plans: PlanObserver,
  cache: RecommendationCache,
  demoMinute: () => number | null,
): void {
  router.get('/products', async (request, response) => {
    const input = parseInput(newestInput, request.query);
    const values = [input.category, input.limit];
    setEndpointType(plans.attributes(newestQuery, values));
    const { rows } = await pools.baseline.query(newestQuery.text, values, {
      attributes: () => plans.attributes(newestQuery, values),
    });
    response.json({ products: rows });
  });

  router.get('/products/recommendations', async (request, response) => {
    const { category, user_id, min_price_cents, max_price_cents } = parseInput(
      recommendationsInput,
      request.query,
    );
    const wanted = {
      category,
      userId: user_id,
      minPriceCents: min_price_cents,
      maxPriceCents: max_price_cents,
    };
    const { products, hit } = await cache.list(
      wanted,
      () => response.closed,
      async () => {
        setEndpointType(plans.attributes(recommendationsQuery, recommendationValues(wanted)));
        const candidates = await findCandidates(pools.recommendation, plans, wanted).catch(
          (error: unknown) => {
            // A caller without baggage (a person in the storefront) learns the minute here.
            if (error instanceof PoolExhaustedError) error.extra.demo_minute = demoMinute();
            throw error;
          },
        );
        return rankCandidates(wanted, candidates);
      },
    );
    if (hit === true) serverSpan()?.setAttribute('endpoint.type', 'cached');
    if (response.closed) return;
    response.json({ recommendations: products });
  });

  router.get('/products/low-stock', async (request, response) => {
    const { limit } = parseInput(lowStockInput, request.query);
    setEndpointType(plans.attributes(lowStockQuery, [limit]));
    const { rows } = await pools.lowStock.query(lowStockQuery.text, [limit], {
      attributes: () => plans.attributes(lowStockQuery, [limit]),
    });
    response.json({ products: rows });
  });

  router.get('/products/:id', async (request, response) => {
    const { id } = parseInput(productInput, request.params);
    const { rows } = await pools.baseline.query(productQuery, [id]);
    if (!rows[0]) throw new HttpError(404, 'unknown-product', `No product ${id}`);
    response.json({ product: rows[0] });
  });
}
