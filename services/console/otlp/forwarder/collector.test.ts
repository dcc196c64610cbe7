import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { senderFor, PROTOCOLS } from './endpoint';
import { Forwarder } from './forwarder';

/** The collector, by OTELCOL or on PATH: any distribution with the core's components. */
const COLLECTOR = process.env.OTELCOL ?? 'otelcol';
const missing =
  spawnSync(COLLECTOR, ['components']).status === 0
    ? false
    : 'no OpenTelemetry collector: OTELCOL=/path/of/otelcol';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

describe("a real collector at forwarding's other end", { skip: missing }, () => {
  for (const protocol of PROTOCOLS) {
    it(`takes every span by ${protocol}`, async () => {
      const [http, grpc] = [await freePort(), await freePort()];
      const folder = mkdtempSync(path.join(tmpdir(), 'otelcol-'));
      const config = path.join(folder, 'config.json');
      writeFileSync(
        config,
        JSON.stringify({
          receivers: {
            otlp: {
              protocols: {
                http: { endpoint: `127.0.0.1:${String(http)}` },
                grpc: { endpoint: `127.0.0.1:${String(grpc)}` },
              },
            },
          },
          exporters: { debug: { verbosity: 'detailed' } },
          service: {
            telemetry: { metrics: { level: 'none' } },
            pipelines: { traces: { receivers: ['otlp'], exporters: ['debug'] } },
          },
        }),
      );
      const collector = spawn(COLLECTOR, ['--config', config]);
      let said = '';
      collector.stderr.on('data', (text: Buffer) => (said += text.toString()));
      const until = async (found: () => boolean): Promise<void> => {
        while (!found()) await once(collector.stderr, 'data', { signal: AbortSignal.timeout(20_000) });
      };
      const endpoint = `http://127.0.0.1:${String(protocol === 'grpc' ? grpc : http)}`;
      const forwarder = new Forwarder({
        endpoint,
        sender: senderFor(protocol, { endpoint, headers: { 'x-team': 'shop' }, ca: null }),
      });
      try {
        await until(() => said.includes('Everything is ready'));
        for (let n = 1; n <= 5; n += 1) {
          const span = {
            traceId: '0102030405060708090a0b0c0d0e0f10',
            spanId: n.toString(16).padStart(16, '0'),
            name: `forwarded ${String(n)}`,
            attributes: [{ key: 'order.total', value: { doubleValue: 1200 } }],
          };
          forwarder.offer({
            signal: 'traces',
            contentType: 'application/json',
            contentEncoding: null,
            body: Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })),
          });
        }
        await forwarder.pump();
        await until(() => said.includes('forwarded 5') && said.includes('order.total: Double(1200)'));
        assert.deepEqual(
          [...said.matchAll(/Name\s*: (forwarded \d)/g)].map(([, name]) => name),
          [1, 2, 3, 4, 5].map((n) => `forwarded ${String(n)}`),
        );
        assert.match(said, /Trace ID\s*: 0102030405060708090a0b0c0d0e0f10/);
      } finally {
        await forwarder.close();
        collector.kill();
        await once(collector, 'exit');
        rmSync(folder, { recursive: true });
      }
    });
  }
});
