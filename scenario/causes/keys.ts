import { group } from '../config/key-documentation';
import { declinedShare, releases } from './bad-release/keys';
import { cache } from './cache-stampede/keys';
import { sale } from './hot-row/keys';
import { indexes } from './missing-index/keys';
import { pool } from './small-pool/keys';
import { storageEmulation } from './slow-storage/keys';

/** The members of those keys that are groups. */
export const CAUSE_GROUPS = { pool, indexes, releases, sale, cache } as const;

/** The keys of stack config by which causes are changed. */
export const CAUSE_KEYS = {
  storageEmulation,
  pool: group(pool),
  indexes: group(indexes),
  releases: group(releases),
  declinedShare,
  sale: group(sale),
  cache: group(cache),
};
