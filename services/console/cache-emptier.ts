import { CACHE_PREFIX } from '../../scenario/causes/cache-stampede/document';
import { positionAt } from '../../scenario/timeline';
import type { EffectiveScenario } from '../../scenario/types';

/** What is needed of Redis. */
export interface EmptiedStore {
  scan(
    cursor: string,
    match: 'MATCH',
    pattern: string,
    count: 'COUNT',
    number: number,
  ): Promise<[string, string[]]>;
  del(...keys: string[]): Promise<number>;
}

/** Keys asked for at once. */
const PAGE = 500;

export interface CacheEmptierOptions {
  /** What counts now; null before anything is known. */
  effective: () => EffectiveScenario | null;
  /** Runs `work` on a connection to Redis; rejects while Redis is away. */
  withRedis: <T>(work: (redis: EmptiedStore) => Promise<T>) => Promise<T>;
  log: (message: string) => void;
  /** Unix ms. */
  now: () => number;
}

/**
 * Empties the cache of recommendations at the minute that the scenario says, once in a run: what a restart of Redis or a
 * colleague does. A run that goes back before that minute meets it again. A console that starts anew after it empties the cache
 * once more.
 */
export class CacheEmptier {
  private emptiedFor: string | null = null;

  constructor(private readonly options: CacheEmptierOptions) {}

  /** Does what is due. @throws while Redis is away: to be tried again */
  async look(): Promise<void> {
    const effective = this.options.effective();
    if (effective === null) return;
    const { runId, cache } = effective.scenario;
    const { state, minute } = positionAt(effective, this.options.now() / 1000);
    const isDue =
      state === 'running' && cache.emptiedAt !== null && minute !== null && minute >= cache.emptiedAt;
    if (!isDue) {
      this.emptiedFor = null;
      return;
    }
    if (this.emptiedFor === runId) return;
    const keys = await this.options.withRedis(empty);
    this.emptiedFor = runId;
    this.options.log(`run ${runId}: emptied the cache of recommendations, ${keys} keys`);
  }
}

/** Deletes the cache's keys, and no other. @returns how many there were */
async function empty(redis: EmptiedStore): Promise<number> {
  let deleted = 0;
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', `${CACHE_PREFIX}*`, 'COUNT', PAGE);
    if (keys.length > 0) deleted += await redis.del(...keys);
    cursor = next;
  } while (cursor !== '0');
  return deleted;
}
