import type { Router } from 'express';
import { z } from 'zod';
import { MAIN_CATEGORY } from '../../scenario/sql/catalog';
import { categoryField } from '../lib/fields';
import { parseInput } from '../lib/validate';
import { adsFor } from './campaigns';

const adsQuery = z.object({
  category: categoryField.default(MAIN_CATEGORY),
});

/** `GET /ads?category=`. */
export function adRoutes(router: Router): void {
  router.get('/ads', (request, response) => {
    const { category } = parseInput(adsQuery, request.query);
    response.json({ ads: adsFor(category, Date.now()) });
  });
}
