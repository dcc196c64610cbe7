/** The three indexes a scenario may take away. */
export const INDEX_NAMES = [
  'idx_products_category',
  'idx_products_category_active',
  'idx_products_stock_quantity',
] as const;
export type IndexName = (typeof INDEX_NAMES)[number];
export type IndexState = 'present' | 'absent';

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
