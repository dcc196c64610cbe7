import { RELEASE_SCHEMA } from './bad-release/schema';
import { CACHE_SCHEMA } from './cache-stampede/schema';
import { SALE_SCHEMA } from './hot-row/schema';
import { INDEX_SCHEMA } from './missing-index/schema';
import { POOL_SCHEMA } from './small-pool/schema';
import { STORAGE_SCHEMA } from './slow-storage/schema';

/** What the causes' parts of a stored document may be. */
export const CAUSE_SCHEMAS = {
  ...INDEX_SCHEMA,
  ...POOL_SCHEMA,
  ...STORAGE_SCHEMA,
  ...RELEASE_SCHEMA,
  ...SALE_SCHEMA,
  ...CACHE_SCHEMA,
};
