/** What the console costs by the span, and what it keeps of them, when as many come as of a shop one to a hundred times as large. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { NODE_FLAGS } from '../../local/processes/service-processes';
import { resourceSpansOf, SPANS_OF_A_CHECKOUT, traceSpans } from '../../test/otlp/checkout-spans';
import { encodeRequest } from '../../test/otlp/encode';
import { traceId } from '../../test/otlp/spans';
import type { ConsoleFacts } from './console-process';
import type { Findings, Growth } from './figure';
import { cpuMs } from './measure';

/** Spans a second at the peak of scale 1. */
const SPANS_AT_SCALE_1 = 1600;
const TIMES = [1, 5, 20, 100];
const TRACES_OF_A_BODY = 24;
const SPANS_OF_A_BODY = TRACES_OF_A_BODY * SPANS_OF_A_CHECKOUT;
/** Until sampling has settled, and then measured (s). */
const SETTLE_SECONDS = 14;
const MEASURED_SECONDS = 8;
const ROUND_MS = 20;
/** Bodies under way at once: the console takes sixteen. */
const MOST_UNDER_WAY = 12;

/** One rate of spans. */
interface ConsoleCost {
  times: number;
  /** Spans a second that were sent, and of those what was received. */
  sentPerSecond: number;
  receivedPerSecond: number;
  /** CPU time of the process, by span received (µs). */
  cpuPerSpanUs: number;
  facts: ConsoleFacts;
  /** Checkouts a second that were sent, as one of which half fails. */
  checkoutsPerSecond: number;
}

/** A body of protobuf whose trace ids and times can be changed in place: to make one costs more than to take it. */
class Body {
  private readonly bytes: Buffer;
  private readonly ids: number[][];
  private readonly starts: number[];
  private readonly ends: number[];
  private static sent = 0;

  constructor() {
    const endMs = 1_500_000_000_000;
    // Links go some traces back: from numbers at which these are others' ids, too.
    const spans = Array.from({ length: TRACES_OF_A_BODY }, (_, n) => traceSpans(n, endMs)).flat();
    this.bytes = encodeRequest('traces', { resourceSpans: resourceSpansOf(spans) });
    const nanoseconds = (ms: number): Buffer => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(BigInt(ms) * 1_000_000n);
      return bytes;
    };
    this.ids = Array.from({ length: TRACES_OF_A_BODY }, (_, n) =>
      this.placesOf(Buffer.from(traceId(n), 'hex')),
    );
    this.starts = this.placesOf(nanoseconds(endMs - 300));
    this.ends = this.placesOf(nanoseconds(endMs));
  }

  /** The same body with traces that were never sent, which end now. */
  next(): Buffer {
    const bytes = Buffer.from(this.bytes);
    for (const places of this.ids) {
      const id = Buffer.from(traceId((Body.sent += 1)), 'hex');
      for (const place of places) id.copy(bytes, place);
    }
    const now = BigInt(Date.now()) * 1_000_000n;
    for (const place of this.starts) bytes.writeBigUInt64LE(now - 300_000_000n, place);
    for (const place of this.ends) bytes.writeBigUInt64LE(now, place);
    return bytes;
  }

  private placesOf(wanted: Buffer): number[] {
    const places = [];
    for (let at = this.bytes.indexOf(wanted); at !== -1; at = this.bytes.indexOf(wanted, at + 1))
      places.push(at);
    return places;
  }
}

/** The console at each rate, one after the other, from a process that begins anew. */
export async function measureConsole(): Promise<Findings> {
  const costs: ConsoleCost[] = [];
  for (const times of TIMES) costs.push(await atRate(times));
  const growth = (name: string, unit: string, cost: (of: ConsoleCost) => number): Growth => ({
    ...{ name, unit, of: '× the spans of scale 1' },
    points: costs.map((each) => ({ x: each.times, cost: cost(each) })),
  });
  return {
    title: 'The console',
    figures: [],
    growths: [
      growth('CPU by span, of the console', 'µs', ({ cpuPerSpanUs }) => cpuPerSpanUs),
      growth('memory of the console', 'MB', ({ facts }) => facts.rssBytes / 1e6),
    ],
    notes: [shownTableOf(costs)],
  };
}

async function atRate(times: number): Promise<ConsoleCost> {
  const child = fork(path.join(__dirname, 'console-process.js'), { execArgv: NODE_FLAGS });
  try {
    const port = Number((await once(child, 'message'))[0]);
    const flood = new Flood(port, times * SPANS_AT_SCALE_1);
    await flood.run(SETTLE_SECONDS);
    const [before, sentBefore, cpuBefore, began] = [
      await factsOf(child),
      flood.sent,
      cpuOf(child),
      Date.now(),
    ];
    await flood.run(MEASURED_SECONDS);
    const seconds = (Date.now() - began) / 1000;
    const [cpu, sent, facts] = [cpuOf(child) - cpuBefore, flood.sent - sentBefore, await factsOf(child)];
    flood.close();
    const received = facts.spansReceived - before.spansReceived;
    return {
      times,
      sentPerSecond: sent / seconds,
      receivedPerSecond: received / seconds,
      cpuPerSpanUs: (cpu * 1000) / received,
      facts,
      checkoutsPerSecond: sent / seconds / SPANS_OF_A_CHECKOUT,
    };
  } finally {
    child.disconnect();
  }
}

const cpuOf = ({ pid = 0 }: ChildProcess): number => cpuMs([pid]);

async function factsOf(child: ChildProcess): Promise<ConsoleFacts> {
  const answer = once(child, 'message');
  child.send('facts');
  return (await answer)[0] as ConsoleFacts;
}

/** Bodies at a steady rate; one that finds too many under way is left out, as a collector with a full queue does. */
class Flood {
  sent = 0;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: MOST_UNDER_WAY });
  private readonly body = new Body();
  private underWay = 0;

  constructor(
    private readonly port: number,
    private readonly spansPerSecond: number,
  ) {}

  async run(seconds: number): Promise<void> {
    const begin = performance.now();
    let due = 0;
    let last = begin;
    while (performance.now() - begin < seconds * 1000) {
      const now = performance.now();
      due += ((now - last) / 1000) * this.spansPerSecond;
      last = now;
      for (; due >= SPANS_OF_A_BODY; due -= SPANS_OF_A_BODY) if (this.underWay < MOST_UNDER_WAY) this.send();
      await delay(ROUND_MS);
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private send(): void {
    this.underWay += 1;
    this.sent += SPANS_OF_A_BODY;
    const headers = { 'content-type': 'application/x-protobuf' };
    const options = { host: '127.0.0.1', port: this.port, path: '/v1/traces', method: 'POST', headers };
    const outgoing = request({ ...options, agent: this.agent }, (response) => response.resume());
    outgoing.once('close', () => {
      this.underWay -= 1;
    });
    outgoing.on('error', () => undefined);
    outgoing.end(this.body.next());
  }
}

/** What the console shows of what was sent, as Markdown. */
function shownTableOf(costs: readonly ConsoleCost[]): string {
  const rows = costs.map(({ times, sentPerSecond, receivedPerSecond, facts, checkoutsPerSecond }) =>
    [
      ...[`${times} ×`, sentPerSecond.toFixed(0), receivedPerSecond.toFixed(0)],
      ...[`1 of ${facts.keptOneIn}`, (facts.checkoutsPerSecond / checkoutsPerSecond).toFixed(2)],
      ...[`${(facts.errorRate * 100).toFixed(1)} %`, `${(facts.storeBytes / 1e6).toFixed(0)} MB`],
      `${facts.lagP99Ms.toFixed(0)} ms`,
    ].join(' | '),
  );
  return [
    '| spans | sent a second | received | traces kept | checkouts shown by sent | error rate shown (50 %) | store | event loop, p99 |',
    '|---:|---:|---:|---:|---:|---:|---:|---:|',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}
