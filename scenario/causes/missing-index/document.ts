import type { IndexName, IndexState } from '../../sql/indexes';

/** What this cause puts into a scenario's document. */
export interface IndexPart {
  indexes: Record<IndexName, IndexState>;
}

/** What a preset says of this cause. */
export interface IndexSettings {
  /** The indexes it takes away. */
  absent: readonly IndexName[];
}

/** What its ablation is called. */
export const INDEX_ABLATION = 'index';
