import { z } from 'zod';
import type { PartOf } from '../../document-values';
import { INDEX_NAMES, INDEX_STATES, type IndexName } from '../../sql/indexes';

const state = z.enum(INDEX_STATES);

/** What this cause puts into a scenario's document. */
export const INDEX_SCHEMA = {
  indexes: z.object(
    Object.fromEntries(INDEX_NAMES.map((name) => [name, state])) as Record<IndexName, typeof state>,
  ),
};
export type IndexPart = PartOf<typeof INDEX_SCHEMA>;

/** What a preset says of this cause. */
export interface IndexSettings {
  /** The indexes it takes away. */
  absent: readonly IndexName[];
}

/** An index scan of ten rows, round trip included (ms). */
export const INDEX_SCAN_MS = 3;

/** What its ablation is called. */
export const INDEX_ABLATION = 'index';
