import { z } from 'zod';
import {
  CACHE_PREFIX,
  HEALTHY_CACHE,
  lifetimeSeconds,
  type CachePart,
} from '../../scenario/causes/cache-stampede/document';
import type { Jump } from '../../scenario/override/clock';
import { readJson } from '../lib/validate';
import { logger } from '../lib/logger';
import type { createRedis } from '../lib/redis';
import { meter } from '../lib/telemetry/metrics';
import { serverSpan } from '../lib/telemetry/server-span';
import { tracer } from '../lib/telemetry/tracing';
import { candidate, type Candidate, type RecommendationRequest } from './recommendations';

/** What the cache needs of Redis. */
export type CacheStore = Pick<ReturnType<typeof createRedis>, 'get' | 'set'>;

interface CachedList {
  products: Candidate[];
  /** Whether it was kept; null: nothing is cached. */
  hit: boolean | null;
}

const storedList = z.array(candidate);

/**
 * Keeps each customer's recommendations in Redis for a while, where the scenario says so. A miss reads them, and keeps what
 * it has read unless its caller has gone meanwhile: that request is over. With a single flight each list is read once at a
 * time, for all who miss it, and kept whoever waits. Without Redis every request is a miss.
 *
 * A run that jumps to a minute at which the cache is full would find it empty. So for a time to live after the jump all
 * customers who miss share one scan, and the list of each is kept: soon the cache is as the skipped minutes would have
 * left it.
 */
export class RecommendationCache {
  private rules: CachePart['cache'] = HEALTHY_CACHE;
  /** Until when it is filled after a jump (Unix ms). */
  private fillsUntil = 0;
  private written = 0;
  private readonly flights = new Map<string, Promise<Candidate[]>>();
  private recent = { hits: 0, misses: 0 };

  constructor(
    private readonly redis: CacheStore,
    private readonly now: () => number = Date.now,
  ) {
    meter()
      .createObservableGauge('shop.cache.recent_lookups', {
        unit: '{lookup}',
        description: 'Lookups since the last report.',
      })
      .addCallback((result) => {
        const { hits, misses } = this.recent;
        this.recent = { hits: 0, misses: 0 };
        if (!this.rules.enabled) return;
        result.observe(hits, { 'shop.cache.hit': true });
        result.observe(misses, { 'shop.cache.hit': false });
      });
  }

  /**
   * The rules of the scenario in force.
   *
   * @param jump where the clock of the run has just been put on another minute
   */
  follow(rules: CachePart['cache'], minuteSeconds: number, jump: Jump | null): void {
    this.rules = rules;
    if (jump === null) return;
    const { enabled, ttlSeconds, emptiedAt } = rules;
    const fullFor = ((emptiedAt ?? Infinity) - jump.to) * minuteSeconds;
    this.fillsUntil = enabled ? this.now() + 1000 * Math.min(ttlSeconds, fullFor) : 0;
    if (this.now() < this.fillsUntil)
      logger.info(
        `the run jumped to minute ${jump.to.toFixed(1)}: the cache is filled as the minutes before would have`,
      );
  }

  /**
   * The list of a customer.
   *
   * @param hasGone whether the caller still waits
   * @param read reads it from PostgreSQL
   * @throws what `read` throws
   */
  async list(
    request: RecommendationRequest,
    hasGone: () => boolean,
    read: () => Promise<Candidate[]>,
  ): Promise<CachedList> {
    if (!this.rules.enabled) return { products: await read(), hit: null };
    const { category, minPriceCents, maxPriceCents, userId } = request;
    const of = `${category}:${minPriceCents}-${maxPriceCents}`;
    const key = `${CACHE_PREFIX}${of}:${userId}`;
    const kept = await this.find(key);
    const hit = kept !== null;
    this.recent[hit ? 'hits' : 'misses'] += 1;
    serverSpan()?.setAttribute('shop.cache.hit', hit);
    if (hit) return { products: kept, hit };
    const isFilling = this.now() < this.fillsUntil;
    if (this.rules.singleFlight && !isFilling) {
      const readAndKeep = async (): Promise<Candidate[]> => {
        const list = await read();
        await this.keep(key, list, false);
        return list;
      };
      return { products: await this.fly(key, readAndKeep), hit };
    }
    const products = await (isFilling ? this.fly(of, read) : read());
    await this.keep(key, products, hasGone());
    return { products, hit };
  }

  /** Reads a list, or waits for who already does. */
  private fly(key: string, read: () => Promise<Candidate[]>): Promise<Candidate[]> {
    const known = this.flights.get(key);
    serverSpan()?.setAttribute('shop.cache.shared', known !== undefined);
    if (known !== undefined) return known;
    const flight = read().finally(() => this.flights.delete(key));
    this.flights.set(key, flight);
    return flight;
  }

  private async find(key: string): Promise<Candidate[] | null> {
    try {
      return readJson(storedList, await this.redis.get(key));
    } catch (error) {
      logger.debug({ err: error }, 'the cache does not answer');
      return null;
    }
  }

  /** A span of its own: the request's has ended with its caller's patience. */
  private keep(key: string, products: Candidate[], abandoned: boolean): Promise<void> {
    return tracer().startActiveSpan('keep recommendations', async (span) => {
      span.setAttribute('shop.cache.abandoned', abandoned);
      try {
        if (abandoned) return;
        const seconds = lifetimeSeconds(this.rules.ttlSeconds, this.written++);
        await this.redis.set(key, JSON.stringify(products), 'EX', seconds);
      } catch (error) {
        logger.debug({ err: error }, 'the cache takes nothing');
      } finally {
        span.end();
      }
    });
  }
}
