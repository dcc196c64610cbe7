import type { Router } from 'express';
import { z } from 'zod';
import { MAIN_CATEGORY } from '../../scenario/sql/catalog';
import { categoryField, idField, priceCentsField, productIdField } from '../lib/fields';
import { parseInput } from '../lib/validate';
import { rank, RANKING_MODEL, seenAfter, SHOWN_PER_PAGE } from './ranking';
import type { SeenHistory } from './seen-history';

const candidate = z.object({
  id: productIdField,
  popularity_score: z.number().min(-1e12).max(1e12),
  price_cents: priceCentsField,
});
const recommendBody = z.object({
  user_id: idField.default('guest'),
  category: categoryField.default(MAIN_CATEGORY),
  // Who asks without products gets a ranking of none: they are product-catalog's.
  candidates: z.array(candidate).max(100).default([]),
});

/** `POST /recommend {user_id, category, candidates}` → `{ranked, model}`. */
export function recommendationRoutes(history: SeenHistory): (router: Router) => void {
  return (router) => {
    router.post('/recommend', async (request, response) => {
      const body = parseInput(recommendBody, request.body);
      const seen = await history.of(body.user_id);
      const ranked = rank(body.candidates, seen);
      await history.remember(body.user_id, seenAfter(ranked.slice(0, SHOWN_PER_PAGE), seen));
      response.json({ ranked, model: RANKING_MODEL });
    });
  };
}
