import type { SpanGate } from '../otlp/decode';
import { OF_VISITORS } from './facts';

/**
 * Share of the thread's time that decoding and storing spans may take: the page, the forwarder and the collector of
 * garbage need the rest.
 */
const BUSY_AT_MOST = 0.5;
/** More than this, and what was measured is only what there was time for: the demand is unknown. */
const SATURATED = 0.85;
/** Twice the spans would still be well within the bound: … */
const CALM = 0.35 * BUSY_AT_MOST;
/** … for so long (ms), then twice as many are taken. As long as a trace takes to gather: see {@link TraceSampling.isWhole}. */
const CALM_MS = 10_000;
const MOST = 1024;

/**
 * Which traces count when more spans arrive than one thread can decode: one of N, by a hash of the trace id, so that a
 * trace is there as a whole or not at all. Each of its spans stands for N: counts, rates, error rates and percentiles
 * stay estimates of the whole. What people cause is not left to the lot: they look for it. N is a power of two, 1 as long as there is time for all, and follows the time that
 * decoding and storing takes.
 */
export class TraceSampling implements SpanGate {
  readonly visitors = OF_VISITORS;
  /** N: one of so many traces counts. */
  oneIn = 1;
  /** Spans that were not decoded. */
  leftOut = 0;
  private busyMs = 0;
  private lastTickMs: number | null = null;
  private calmSinceMs: number | null = null;
  /** Before N was last halved it was this; traces from before have gaps until then. */
  private before = { oneIn: 1, untilMs: 0 };
  private nowMs = 0;

  /** @param isAwaited traces whose spans are wanted whatever the lot says: one that gathers, one that a failed trace links to */
  constructor(private readonly isAwaited: (traceId: string) => boolean) {}

  get takesAll(): boolean {
    return this.oneIn === 1;
  }

  takes(traceId: string, isVisitors: () => boolean): boolean {
    if (this.weightOf(traceId) > 0 || this.isAwaited(traceId) || isVisitors()) return true;
    this.leftOut += 1;
    return false;
  }

  spent(ms: number): void {
    this.busyMs += ms;
  }

  /** For how many a span of this trace counts; 0 for one whose trace is not among those that count. */
  weightOf(traceId: string): number {
    return isAmong(traceId, this.oneIn) ? this.oneIn : 0;
  }

  /** Have all spans of this trace been taken since it began? Right after N was halved not those of the newly taken. */
  isWhole(traceId: string): boolean {
    const { oneIn, untilMs } = this.before;
    return isAmong(traceId, this.nowMs < untilMs ? Math.max(oneIn, this.oneIn) : this.oneIn);
  }

  /** Adapts N to the time that spans took since the last call. Call about once a second. @param nowMs Unix ms */
  tick(nowMs: number): void {
    const elapsed = nowMs - (this.lastTickMs ?? nowMs);
    this.nowMs = nowMs;
    this.lastTickMs = nowMs;
    const busy = elapsed <= 0 ? 0 : this.busyMs / elapsed;
    this.busyMs = 0;
    if (busy > BUSY_AT_MOST) {
      this.oneIn = Math.min(MOST, this.oneIn * (busy > SATURATED ? 4 : 2));
      this.calmSinceMs = null;
      return;
    }
    if (this.oneIn === 1 || busy > CALM) {
      this.calmSinceMs = null;
      return;
    }
    this.calmSinceMs ??= nowMs;
    if (nowMs - this.calmSinceMs < CALM_MS) return;
    this.before = { oneIn: this.oneIn, untilMs: nowMs + CALM_MS };
    this.oneIn /= 2;
    this.calmSinceMs = nowMs;
  }

  /** For /health and the page. */
  status(): { keptOneIn: number; spansLeftOut: number } {
    return { keptOneIn: this.oneIn, spansLeftOut: this.leftOut };
  }
}

const isAmong = (traceId: string, oneIn: number): boolean => oneIn === 1 || hashShare(traceId) * oneIn < 1;

/** Trace ids are random in their last bytes (W3C): those are a fair lottery number, 0…1. */
export function hashShare(traceId: string): number {
  return Number.parseInt(traceId.slice(24), 16) / 0x1_0000_0000;
}
