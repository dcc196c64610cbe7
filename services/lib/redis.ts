import Redis from 'ioredis';
import { closeAtEnd } from './closing';
import { HttpError } from './errors';
import { logger } from './logger';

/** How long one command may take, waiting for a connection included (ms). */
const COMMAND_TIMEOUT_MS = 500;

/** The client of a service, which ends with the process. */
export function serviceRedis(): Redis {
  const redis = createRedis();
  closeAtEnd(() => {
    redis.disconnect();
    return Promise.resolve();
  });
  return redis;
}

/** A Redis client whose commands fail fast while Redis is away, and that connects again by itself. */
export function createRedis(url = process.env.REDIS_URL ?? 'redis://redis:6379'): Redis {
  const redis = new Redis(url, {
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: 2_000,
    maxRetriesPerRequest: 0,
    // Back within a second of Redis' return.
    retryStrategy: (attempt) => Math.min(100 * attempt, 1_000),
    enableReadyCheck: true,
  });
  let away = false;
  redis.on('error', (error: Error) => {
    if (!away) logger.warn({ err: error }, 'redis is away');
    away = true;
  });
  redis.on('ready', () => {
    if (away) logger.info('redis is back');
    away = false;
  });
  return redis;
}

/**
 * Runs a Redis command.
 *
 * @throws HttpError 503 `redis-unavailable` when Redis is away or does not answer in time
 */
export async function redisCall<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const message = 'Redis does not answer; try again in a few seconds.';
    throw new HttpError(503, 'redis-unavailable', message, {}, { cause: error });
  }
}

/** Readiness: Redis answers. */
export async function redisReady(redis: Redis): Promise<void> {
  await redisCall(() => redis.ping());
}
