import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { closedPort } from '../../../../test/mocks/servers';
import { senderFor, PROTOCOLS, type Protocol } from './endpoint';
import { Forwarder } from './forwarder';
import type { Payload } from './payload';

/** The collector, by OTELCOL or on PATH: any distribution with the core's components. */
const COLLECTOR = process.env.OTELCOL ?? 'otelcol';
const missing =
  spawnSync(COLLECTOR, ['components']).status === 0
    ? false
    : 'no OpenTelemetry collector: OTELCOL=/path/of/otelcol';

/** A real collector that prints what it takes. */
class RealCollector {
  said = '';
  private constructor(private readonly child: ChildProcessWithoutNullStreams) {
    child.stderr.on('data', (text: Buffer) => (this.said += text.toString()));
  }

  static async start(ports: Readonly<Record<Protocol, number>>, folder: string): Promise<RealCollector> {
    const config = path.join(folder, 'config.json');
    const at = (protocol: Protocol) => ({ endpoint: `127.0.0.1:${String(ports[protocol])}` });
    writeFileSync(
      config,
      JSON.stringify({
        receivers: { otlp: { protocols: { http: at('http/protobuf'), grpc: at('grpc') } } },
        exporters: { debug: { verbosity: 'detailed' } },
        service: {
          telemetry: { metrics: { level: 'none' } },
          pipelines: { traces: { receivers: ['otlp'], exporters: ['debug'] } },
        },
      }),
    );
    const collector = new RealCollector(spawn(COLLECTOR, ['--config', config]));
    await collector.until(() => collector.said.includes('Everything is ready'));
    return collector;
  }

  async until(found: () => boolean): Promise<void> {
    while (!found()) await once(this.child.stderr, 'data', { signal: AbortSignal.timeout(20_000) });
  }

  /** Names of the spans it took, in order. */
  get names(): string[] {
    return [...this.said.matchAll(/Name\s*: (forwarded \d+)/g)].map(([, name = '']) => name);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill();
    await once(this.child, 'exit');
  }
}

function payload(n: number): Payload {
  const span = {
    traceId: '0102030405060708090a0b0c0d0e0f10',
    spanId: n.toString(16).padStart(16, '0'),
    name: `forwarded ${String(n)}`,
    attributes: [{ key: 'order.total', value: { doubleValue: 1200 } }],
  };
  return {
    signal: 'traces',
    contentType: 'application/json',
    contentEncoding: null,
    body: Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })),
  };
}

const names = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `forwarded ${String(from + index)}`);

describe("a real collector at forwarding's other end", { skip: missing }, () => {
  for (const protocol of PROTOCOLS) {
    it(
      `takes every span by ${protocol}, and those of its absence when it is back`,
      { timeout: 90_000 },
      async () => {
        const ports = { 'http/protobuf': await closedPort(), grpc: await closedPort() };
        const folder = mkdtempSync(path.join(tmpdir(), 'otelcol-'));
        const endpoint = `http://127.0.0.1:${String(ports[protocol])}`;
        let passed = 0;
        const forwarder = new Forwarder({
          endpoint,
          sender: senderFor(protocol, { endpoint, headers: { 'x-team': 'shop' }, ca: null }),
          now: () => Date.now() + passed,
        });
        const offer = async (from: number, to: number): Promise<void> => {
          for (let n = from; n <= to; n += 1) forwarder.offer(payload(n));
          await forwarder.pump();
        };
        let collector = await RealCollector.start(ports, folder);
        try {
          await offer(1, 5);
          await collector.until(() => collector.names.length >= 5 && collector.said.includes('Double(1200)'));
          assert.deepEqual(collector.names, names(1, 5));
          assert.match(collector.said, /Trace ID\s*: 0102030405060708090a0b0c0d0e0f10/);
          assert.match(collector.said, /order\.total: Double\(1200\)/);

          await collector.stop();
          // A minute without it, each second with its telemetry: our clock's, so that nobody waits.
          for (let second = 0; second < 60; second += 1) {
            await offer(6 + second * 2, 7 + second * 2);
            passed += 1000;
          }
          const status = (): Record<string, unknown> => forwarder.status();
          assert.equal(status().dropped, 0);
          collector = await RealCollector.start(ports, folder);
          while (collector.names.length < 120) {
            passed += 1000;
            await forwarder.pump();
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
          assert.deepEqual([...collector.names].sort(), names(6, 125).sort());
          assert.equal(status().dropped, 0);
        } finally {
          await forwarder.close();
          await collector.stop();
          rmSync(folder, { recursive: true });
        }
      },
    );
  }
});
