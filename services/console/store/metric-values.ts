import { METRICS_INTERVAL_MS } from '../../lib/telemetry/metrics-interval';
import { attributesObject, type AttributeValue, type MetricPoint } from '../otlp/records';
import { HeldMemory, textBytes } from './held-memory';

/** Metrics of which the last values are kept. */
const KEPT_PREFIXES = ['db.client.connection.', 'shop.', 'load.'];
const MAX_POINTS = 400;
/** What a value occupies besides its texts and attributes (bytes): its object, its place in the map. */
const POINT_BYTES = 250;
/**
 * A replica that sends a value whether it has changed or not, and has not done so three times, has gone (ms): what it
 * had must not be added to what its successor has. The second is for the way here.
 */
const GONE_AFTER_MS = 3 * METRICS_INTERVAL_MS + 1_000;
/** Changes are sent only where there are some: their sum is kept for longer (ms). */
const CHANGES_GONE_AFTER_MS = 60_000;

interface Kept extends Omit<MetricPoint, 'instance' | 'release' | 'atMs'> {
  seenMs: number;
}

const hasGone = ({ delta, seenMs }: Kept, nowMs: number): boolean =>
  nowMs - seenMs > (delta ? CHANGES_GONE_AFTER_MS : GONE_AFTER_MS);

export interface MetricValue {
  service: string;
  name: string;
  unit: string;
  attributes: Record<string, AttributeValue>;
  /** Sum over the replicas; of a histogram the sum of what was measured. */
  value: number;
  /** Of a histogram: how many measurements. */
  count: number | null;
}

/** The last value of each pool and shop metric, by service, replica and attributes. */
export class MetricValues {
  /** Oldest first by their last value. */
  private readonly points = new Map<string, Kept>();
  private readonly memory = new HeldMemory();
  private readonly releases = new Map<string, string>();
  dropped = 0;

  add(point: MetricPoint, nowMs: number): void {
    if (!KEPT_PREFIXES.some((prefix) => point.name.startsWith(prefix))) return;
    if (point.release !== undefined && (this.releases.size < MAX_POINTS || this.releases.has(point.service)))
      this.releases.set(point.service, point.release);
    const key = `${point.service}|${point.instance}|${point.name}|${JSON.stringify(point.attributes)}`;
    const known = this.points.get(key);
    if (known === undefined && this.points.size >= MAX_POINTS) this.forgetGone(nowMs);
    if (known === undefined && this.points.size >= MAX_POINTS) {
      this.dropped += 1;
      return;
    }
    const accumulate = point.delta && known !== undefined;
    if (known !== undefined) this.forget(key, known);
    this.memory.count(POINT_BYTES + textBytes(key));
    this.memory.keepList(point.attributes);
    this.points.set(key, {
      service: this.memory.keepText(point.service),
      name: this.memory.keepText(point.name),
      unit: this.memory.keepText(point.unit),
      kind: point.kind,
      attributes: point.attributes,
      value: point.value + (accumulate ? known.value : 0),
      count: point.count + (accumulate ? known.count : 0),
      delta: point.delta,
      seenMs: nowMs,
    });
  }

  private forget(key: string, point: Kept): void {
    this.points.delete(key);
    this.memory.count(-POINT_BYTES - textBytes(key));
    for (const text of [point.service, point.name, point.unit]) this.memory.releaseText(text);
    this.memory.releaseList(point.attributes);
  }

  private forgetGone(nowMs: number): void {
    for (const [key, point] of this.points) if (hasGone(point, nowMs)) this.forget(key, point);
  }

  /** The release that a service's values were of last; null before any came. */
  releaseOf(service: string): string | null {
    return this.releases.get(service) ?? null;
  }

  /** Bytes of heap that the values occupy. */
  get bytes(): number {
    return this.memory.bytes;
  }

  /** Lets go of the value that has not been sent for longest. False when there is none. */
  evict(): boolean {
    const oldest = this.points.entries().next().value;
    if (oldest === undefined) return false;
    this.forget(...oldest);
    this.dropped += 1;
    return true;
  }

  /** Values whose name starts with `prefix`, replicas added up. */
  values(prefix: string, nowMs: number): MetricValue[] {
    const sums = new Map<string, MetricValue>();
    for (const point of this.points.values()) {
      if (!point.name.startsWith(prefix) || hasGone(point, nowMs)) continue;
      const key = `${point.service}|${point.name}|${JSON.stringify(point.attributes)}`;
      const sum = sums.get(key);
      if (sum === undefined) {
        const { service, name, unit, value } = point;
        sums.set(key, {
          service,
          name,
          unit,
          attributes: attributesObject(point.attributes),
          value,
          count: point.kind === 'histogram' ? point.count : null,
        });
      } else {
        sum.value += point.value;
        if (sum.count !== null) sum.count += point.count;
      }
    }
    return [...sums.values()];
  }

  get size(): number {
    return this.points.size;
  }
}
