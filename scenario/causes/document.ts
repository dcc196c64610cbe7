import {
  CARDS_ABLATION,
  RELEASE_ABLATION,
  RELEASE_SCHEMA,
  type ReleaseSettings,
} from './bad-release/document';
import { CACHE_SCHEMA, FLIGHT_ABLATION, TTL_ABLATION, type CacheSettings } from './cache-stampede/document';
import { PAYMENT_ABLATION, SALE_SCHEMA, SPREAD_ABLATION, type SaleSettings } from './hot-row/document';
import { INDEX_ABLATION, INDEX_SCHEMA, type IndexSettings } from './missing-index/document';
import { POOL_ABLATION, POOL_SCHEMA, type PoolSettings } from './small-pool/document';
import { STORAGE_SCHEMA, type StorageSettings } from './slow-storage/document';
import type { PartOf } from '../document-values';

/** What all causes together put into a scenario's document. */
export const CAUSE_SCHEMAS = {
  ...INDEX_SCHEMA,
  ...POOL_SCHEMA,
  ...STORAGE_SCHEMA,
  ...RELEASE_SCHEMA,
  ...SALE_SCHEMA,
  ...CACHE_SCHEMA,
};
export type CauseParts = PartOf<typeof CAUSE_SCHEMAS>;

/** What an outage's preset says of its causes; a cause that it does not name is not one of its own. */
export interface CauseSettings {
  'missing-index'?: IndexSettings;
  /** At scale 1. */
  'small-pool'?: PoolSettings;
  'slow-storage'?: StorageSettings;
  'bad-release'?: ReleaseSettings;
  'hot-row'?: SaleSettings;
  /** At scale 1. */
  'cache-stampede'?: CacheSettings;
}

/** The causes that can be taken out of a run, by the names of their ablations. */
export const ABLATIONS = [
  INDEX_ABLATION,
  POOL_ABLATION,
  RELEASE_ABLATION,
  CARDS_ABLATION,
  SPREAD_ABLATION,
  PAYMENT_ABLATION,
  FLIGHT_ABLATION,
  TTL_ABLATION,
] as const;
export type Ablation = (typeof ABLATIONS)[number];
