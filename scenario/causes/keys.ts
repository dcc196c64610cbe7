import { RELEASE_GROUPS, RELEASE_KEYS } from './bad-release/keys';
import { CACHE_GROUPS, CACHE_KEYS } from './cache-stampede/keys';
import { SALE_GROUPS, SALE_KEYS } from './hot-row/keys';
import { INDEX_GROUPS, INDEX_KEYS } from './missing-index/keys';
import { POOL_GROUPS, POOL_KEYS } from './small-pool/keys';
import { STORAGE_KEYS } from './slow-storage/keys';

/** The keys of stack config by which causes are changed. */
export const CAUSE_KEYS = {
  ...STORAGE_KEYS,
  ...POOL_KEYS,
  ...INDEX_KEYS,
  ...RELEASE_KEYS,
  ...SALE_KEYS,
  ...CACHE_KEYS,
};

/** The members of those that are groups. */
export const CAUSE_GROUPS = {
  ...POOL_GROUPS,
  ...INDEX_GROUPS,
  ...RELEASE_GROUPS,
  ...SALE_GROUPS,
  ...CACHE_GROUPS,
} as const;
