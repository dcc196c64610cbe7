/**
 * Sends the console realistic traces at a steady rate: `node flood.js URL SPANS_PER_SECOND SECONDS json|protobuf`,
 * with the run's secret (`otlp` in run.json) in OTLP_TOKEN.
 * A checkout of sixteen spans from eight services, half of them failing at the pool with links to older traces, in
 * one request per service and half second, as batch processors send.
 */
// A program of its own that paces itself; no request is handled here.
import { setTimeout as delay } from 'node:timers/promises';
import { resourceSpansOf, SPANS_OF_A_CHECKOUT, traceSpans } from './checkout-spans';
import { encodeRequest } from './encode';

async function main(): Promise<void> {
  const [url = 'http://127.0.0.1:8020', rate = '3000', seconds = '20', encoding = 'json'] =
    process.argv.slice(2);
  const json = encoding === 'json';
  const perRound = Number(rate) / SPANS_OF_A_CHECKOUT / 2;
  let n = Date.now() % 1_000_000_000;
  let due = 0;
  let sent = 0;
  let bytes = 0;
  let slowestMs = 0;
  const statuses: Record<string, number> = {};
  const begin = Date.now();
  for (let round = 0; round < Number(seconds) * 2; round += 1) {
    const spans = [];
    for (due += perRound; due >= 1; due -= 1) spans.push(...traceSpans((n += 1), Date.now()));
    await Promise.all(
      resourceSpansOf(spans).map(async (resourceSpans) => {
        const request = { resourceSpans: [resourceSpans] };
        const body = json ? Buffer.from(JSON.stringify(request)) : encodeRequest('traces', request);
        const started = performance.now();
        const response = await fetch(`${url}/v1/traces`, {
          method: 'POST',
          headers: {
            'content-type': json ? 'application/json' : 'application/x-protobuf',
            authorization: `Bearer ${process.env.OTLP_TOKEN ?? ''}`,
          },
          body: new Uint8Array(body),
        });
        await response.arrayBuffer();
        slowestMs = Math.max(slowestMs, performance.now() - started);
        statuses[response.status] = (statuses[response.status] ?? 0) + 1;
        sent += resourceSpans.scopeSpans[0]?.spans.length ?? 0;
        bytes += body.length;
      }),
    );
    const wait = begin + (round + 1) * 500 - Date.now();
    if (wait > 0) await delay(wait);
  }
  const took = (Date.now() - begin) / 1000;
  process.stdout.write(
    `${JSON.stringify({ sent, took, rate: Math.round(sent / took), megabytes: Math.round(bytes / 1e5) / 10, slowestMs: Math.round(slowestMs), statuses })}\n`,
  );
}

void main();
