import { z } from 'zod';
import { INDEX_NAMES, type IndexName } from '../../sql/indexes';

const state = z.enum(['present', 'absent']);

/** This cause's part of a stored document. */
export const INDEX_SCHEMA = {
  indexes: z.object(
    Object.fromEntries(INDEX_NAMES.map((name) => [name, state])) as Record<IndexName, typeof state>,
  ),
};
