/**
 * A console's receiver and store in a process of its own, with the flags of every service. Tells its parent where it
 * listens, and, for each message from it, what it is and what it shows.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import express from 'express';
import { OtlpReceiver } from '../../services/console/otlp/receiver';
import { statsOf } from '../../services/console/store/series';
import { TelemetryStore } from '../../services/console/store/telemetry-store';

const TICK_MS = 1000;
/** The window of its figures (s). */
const WINDOW_SECONDS = 5;

/** What the console is and shows, at one moment. */
export interface ConsoleFacts {
  spansReceived: number;
  keptOneIn: number;
  refusedBodies: number;
  rssBytes: number;
  storeBytes: number;
  /** Of the event loop since the last answer (ms). */
  lagP99Ms: number;
  checkoutsPerSecond: number;
  errorRate: number;
}

const store = new TelemetryStore();
const receiver = new OtlpReceiver(store, null);
const lag = monitorEventLoopDelay({ resolution: 10 });
lag.enable();
setInterval(() => {
  store.tick();
}, TICK_MS);

function facts(): ConsoleFacts {
  const until = Math.floor(Date.now() / 1000) - 1;
  const seen = store.aggregates.windowOf(until - WINDOW_SECONDS, until, ({ service, route }) => {
    return service === 'frontend' && route === 'POST /api/checkout';
  });
  const { rate, errorRate } = statsOf(seen, WINDOW_SECONDS);
  const lagP99Ms = lag.percentile(99) / 1e6;
  lag.reset();
  return {
    spansReceived: store.spansReceived,
    keptOneIn: store.gate.oneIn,
    refusedBodies: receiver.counts.refused,
    rssBytes: process.memoryUsage.rss(),
    storeBytes: store.bytes,
    lagP99Ms,
    checkoutsPerSecond: rate ?? 0,
    errorRate: errorRate ?? 0,
  };
}

const app = express();
receiver.mount(app);
const server = createServer(app).listen(0, '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port);
});
process.on('message', () => {
  process.send?.(facts());
});
process.on('disconnect', () => {
  process.exit(0);
});
