import { z } from 'zod';
import { readJson } from '../lib/validate';
import { type createRedis, redisCall } from '../lib/redis';

/** A visitor who stays away this long is a new one (seconds). */
const REMEMBERED_SECONDS = 30 * 60;

const storedIds = z.array(z.int());

/** What users saw last, in Redis: one key `seen:<user>` each, a JSON list of product ids, the newest first. */
export class SeenHistory {
  constructor(private readonly redis: ReturnType<typeof createRedis>) {}

  /** What the user saw, the newest first; empty for a new one. @throws HttpError 503 without Redis */
  async of(userId: string): Promise<number[]> {
    const stored = await redisCall(() => this.redis.get(`seen:${userId}`));
    return readJson(storedIds, stored) ?? [];
  }

  /** Replaces what the user saw. @throws HttpError 503 without Redis */
  async remember(userId: string, seen: readonly number[]): Promise<void> {
    await redisCall(() => this.redis.set(`seen:${userId}`, JSON.stringify(seen), 'EX', REMEMBERED_SECONDS));
  }
}
