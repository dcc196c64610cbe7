import { METRICS_INTERVAL_MS } from '../../lib/telemetry/metrics-interval';
import { attributesObject, type AttributeValue, type MetricPoint } from '../otlp/records';

/** Metrics of which the last values are kept. */
const KEPT_PREFIXES = ['db.client.connection.', 'shop.', 'load.'];
const MAX_POINTS = 400;
/**
 * A replica that sends a value whether it has changed or not, and has not done so three times, has gone (ms): what it
 * had must not be added to what its successor has. The second is for the way here.
 */
const GONE_AFTER_MS = 3 * METRICS_INTERVAL_MS + 1_000;
/** Changes are sent only where there are some: their sum is kept for longer (ms). */
const CHANGES_GONE_AFTER_MS = 60_000;

interface Kept {
  service: string;
  name: string;
  unit: string;
  kind: MetricPoint['kind'];
  attributes: Record<string, AttributeValue>;
  value: number;
  count: number;
  /** Whether changes are sent, instead of the value. */
  delta: boolean;
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
  private readonly points = new Map<string, Kept>();
  dropped = 0;

  add(point: MetricPoint, nowMs: number): void {
    if (!KEPT_PREFIXES.some((prefix) => point.name.startsWith(prefix))) return;
    const attributes = attributesObject(point.attributes);
    const key = `${point.service}|${point.instance}|${point.name}|${JSON.stringify(attributes)}`;
    const known = this.points.get(key);
    if (known === undefined && this.points.size >= MAX_POINTS) this.forgetGone(nowMs);
    if (known === undefined && this.points.size >= MAX_POINTS) {
      this.dropped += 1;
      return;
    }
    const accumulate = point.delta && known !== undefined;
    this.points.set(key, {
      service: point.service,
      name: point.name,
      unit: point.unit,
      kind: point.kind,
      attributes,
      value: point.value + (accumulate ? known.value : 0),
      count: point.count + (accumulate ? known.count : 0),
      delta: point.delta,
      seenMs: nowMs,
    });
  }

  private forgetGone(nowMs: number): void {
    for (const [key, point] of this.points) if (hasGone(point, nowMs)) this.points.delete(key);
  }

  /** Values whose name starts with `prefix`, replicas added up. */
  values(prefix: string, nowMs: number): MetricValue[] {
    const sums = new Map<string, MetricValue>();
    for (const point of this.points.values()) {
      if (!point.name.startsWith(prefix) || hasGone(point, nowMs)) continue;
      const key = `${point.service}|${point.name}|${JSON.stringify(point.attributes)}`;
      const sum = sums.get(key);
      if (sum === undefined) {
        const { service, name, unit, attributes, value } = point;
        sums.set(key, {
          service,
          name,
          unit,
          attributes,
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
