/** How many spans a client may send: a burst, and so many a minute from then on. */
export interface AllowanceLimits {
  burst: number;
  perMinute: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/**
 * Token buckets: one for each client, and one for all together, since clients behind one address and addresses
 * without number are both to be had. Holds the addresses of the last clients in memory, and gives them to nobody.
 */
export class Allowance {
  private readonly clients = new Map<string, Bucket>();
  private readonly everybody: Bucket;

  /** @param maxClients the one that was silent longest is forgotten for a new one */
  constructor(
    private readonly limits: { client: AllowanceLimits; all: AllowanceLimits; maxClients: number },
    nowMs: number,
  ) {
    this.everybody = { tokens: limits.all.burst, atMs: nowMs };
  }

  /** Takes so many spans of a client. @returns null, or how long to wait (s) when they are too many */
  take(client: string, spans: number, nowMs: number): number | null {
    const { limits } = this;
    const bucket = this.clients.get(client) ?? { tokens: limits.client.burst, atMs: nowMs };
    this.clients.delete(client);
    this.clients.set(client, bucket);
    const [silent] = this.clients.keys();
    if (this.clients.size > limits.maxClients && silent !== undefined) this.clients.delete(silent);
    const waits = [
      waitFor(bucket, limits.client, spans, nowMs),
      waitFor(this.everybody, limits.all, spans, nowMs),
    ];
    const longest = Math.max(...waits);
    if (longest > 0) return Math.ceil(longest);
    bucket.tokens -= spans;
    this.everybody.tokens -= spans;
    return null;
  }
}

/** Fills up what has come since, and says how long (s) until there is enough. */
function waitFor(
  bucket: Bucket,
  { burst, perMinute }: AllowanceLimits,
  spans: number,
  nowMs: number,
): number {
  const perSecond = perMinute / 60;
  bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, nowMs - bucket.atMs) / 1000) * perSecond);
  bucket.atMs = nowMs;
  return Math.max(0, (spans - bucket.tokens) / perSecond);
}
