import {
  CARDS_ABLATION,
  RELEASE_ABLATION,
  type ReleasePart,
  type ReleaseSettings,
} from './bad-release/document';
import { FLIGHT_ABLATION, TTL_ABLATION, type CachePart, type CacheSettings } from './cache-stampede/document';
import { PAYMENT_ABLATION, SPREAD_ABLATION, type SalePart, type SaleSettings } from './hot-row/document';
import { INDEX_ABLATION, type IndexPart, type IndexSettings } from './missing-index/document';
import { POOL_ABLATION, type PoolPart, type PoolSettings } from './small-pool/document';
import type { StoragePart, StorageSettings } from './slow-storage/document';

/** What all causes together put into a scenario's document. */
export type CauseParts = IndexPart & PoolPart & StoragePart & ReleasePart & SalePart & CachePart;

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
