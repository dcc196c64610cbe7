import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { create, toBinary } from '@bufbuild/protobuf';
import { Server as GrpcServer, ServerCredentials, status } from '@grpc/grpc-js';
import { TRACE_SERVICE } from '../../../../test/mocks/trace-service';
import { ExportTraceServiceResponseSchema } from '../generated/opentelemetry/proto/collector/trace/v1/trace_service_pb';
import { grpcSender } from './grpc-sender';
import { httpSender } from './http-sender';

const REQUEST = Buffer.from([0x0a, 0x00]);
const BATCH = { signal: 'traces', gzipped: gzipSync(REQUEST) } as const;
const HEADERS = { authorization: 'Bearer x' };
const PARTIAL = Buffer.from(
  toBinary(
    ExportTraceServiceResponseSchema,
    create(ExportTraceServiceResponseSchema, {
      partialSuccess: { rejectedSpans: 3n, errorMessage: 'too old' },
    }),
  ),
);

describe('OTLP/HTTP', () => {
  let server: Server;
  let url = '';
  let next: { status: number; headers?: Record<string, string>; body?: Buffer | string };
  let seen: { request: IncomingMessage; body: Buffer } | null = null;
  before(async () => {
    server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        seen = { request, body: Buffer.concat(parts) };
        response.writeHead(next.status, next.headers).end(next.body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/otlp/`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it('is gzipped protobuf at the path of its signal, with the headers', async () => {
    const sender = httpSender({ endpoint: url, headers: HEADERS, ca: null });
    next = { status: 200 };
    assert.deepEqual(await sender.send(BATCH), { kind: 'taken', status: 200, rejected: 0, reason: '' });
    assert.equal(seen?.request.url, '/otlp/v1/traces');
    assert.equal(seen.request.headers['content-type'], 'application/x-protobuf');
    assert.equal(seen.request.headers.authorization, 'Bearer x');
    assert.deepEqual(gunzipSync(seen.body), REQUEST);
    await sender.close();
  });

  it('tells what may succeed later from what never will, and what an answer left out', async () => {
    const sender = httpSender({ endpoint: url, headers: {}, ca: null });
    next = { status: 429, headers: { 'retry-after': '4' }, body: 'quota used up' };
    assert.deepEqual(await sender.send(BATCH), {
      kind: 'later',
      status: 429,
      reason: 'HTTP 429: quota used up',
      retryAfterMs: 4000,
    });
    next = { status: 403, body: 'no' };
    assert.deepEqual(await sender.send(BATCH), { kind: 'refused', status: 403, reason: 'HTTP 403: no' });
    next = { status: 500 };
    assert.equal((await sender.send(BATCH)).kind, 'refused');
    next = { status: 200, body: PARTIAL };
    assert.deepEqual(await sender.send(BATCH), {
      kind: 'taken',
      status: 200,
      rejected: 3,
      reason: 'too old',
    });
    await sender.close();
    const nowhere = httpSender({ endpoint: 'http://127.0.0.1:1', headers: {}, ca: null });
    const answer = await nowhere.send(BATCH);
    assert.equal(answer.kind, 'later');
    assert.equal(answer.status, null);
    await nowhere.close();
  });
});

describe('OTLP/gRPC', () => {
  it('sends the same message, and reads its answers alike', async () => {
    const received: { body: Buffer; authorization: unknown }[] = [];
    let failure: { code: status; details: string } | null = null;
    const server = new GrpcServer();
    server.addService(TRACE_SERVICE, {
      Export: (
        call: { request: Buffer; metadata: { get: (name: string) => unknown[] } },
        answer: (error: object | null, body?: Buffer) => void,
      ) => {
        received.push({ body: call.request, authorization: call.metadata.get('authorization')[0] });
        answer(failure, PARTIAL);
      },
    });
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
        if (error) reject(error);
        else resolve(bound);
      });
    });
    const sender = grpcSender({ endpoint: `http://127.0.0.1:${String(port)}`, headers: HEADERS, ca: null });
    try {
      assert.deepEqual(await sender.send(BATCH), {
        kind: 'taken',
        status: 200,
        rejected: 3,
        reason: 'too old',
      });
      assert.deepEqual(received, [{ body: REQUEST, authorization: 'Bearer x' }]);
      failure = { code: status.UNAUTHENTICATED, details: 'bad key' };
      assert.deepEqual(await sender.send(BATCH), {
        kind: 'refused',
        status: 401,
        reason: 'gRPC UNAUTHENTICATED: bad key',
      });
      failure = { code: status.UNAVAILABLE, details: 'busy' };
      assert.equal((await sender.send(BATCH)).kind, 'later');
    } finally {
      await sender.close();
      server.forceShutdown();
    }
  });
});

/** A certificate authority of one's own, and what it vouches for: an end point on this machine. */
function ownAuthority(): { ca: string; key: string; cert: string } {
  const folder = mkdtempSync(path.join(tmpdir(), 'authority-'));
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  };
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  try {
    openssl(
      'req',
      '-x509',
      ...curve,
      '-subj',
      '/CN=our own',
      '-days',
      '2',
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
    );
    openssl('req', ...curve, '-subj', '/CN=end point', '-keyout', 'end.key', '-out', 'end.csr');
    writeFileSync(path.join(folder, 'san'), 'subjectAltName=IP:127.0.0.1,DNS:localhost');
    openssl(
      ...['x509', '-req', '-in', 'end.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
      ...['-days', '2', '-extfile', 'san', '-out', 'end.pem'],
    );
    const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8');
    return { ca: read('ca.pem'), key: read('end.key'), cert: read('end.pem') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('an end point whose certificate is of an authority of one’s own', () => {
  const { ca, key, cert } = ownAuthority();
  const other = ownAuthority();

  it('is believed over HTTPS with that authority, and with no other', async () => {
    let requests = 0;
    const server = createTlsServer({ key, cert }, (request, response) => {
      requests += 1;
      request.resume().on('end', () => response.end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const answerWith = async (authority: string | null) => {
      const sender = httpSender({ endpoint, headers: {}, ca: authority });
      return sender.send(BATCH).finally(() => sender.close());
    };
    try {
      assert.equal((await answerWith(ca)).kind, 'taken');
      assert.equal(requests, 1);
      for (const authority of [null, other.ca]) {
        const answer = await answerWith(authority);
        assert.equal(answer.kind, 'later');
        assert.match(answer.reason, /certificate/);
      }
      assert.equal(requests, 1, 'nothing was sent to an end point that nobody vouches for');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('is believed by gRPC alike', async () => {
    let requests = 0;
    const server = new GrpcServer();
    server.addService(TRACE_SERVICE, {
      Export: (_call: unknown, answer: (error: null, body: Buffer) => void) => {
        requests += 1;
        answer(null, Buffer.alloc(0));
      },
    });
    const pair = { private_key: Buffer.from(key), cert_chain: Buffer.from(cert) };
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createSsl(null, [pair]), (error, bound) => {
        if (error) reject(error);
        else resolve(bound);
      });
    });
    const answerWith = async (authority: string | null) => {
      const sender = grpcSender({
        endpoint: `https://127.0.0.1:${String(port)}`,
        headers: {},
        ca: authority,
      });
      return sender.send(BATCH).finally(() => sender.close());
    };
    try {
      assert.equal((await answerWith(ca)).kind, 'taken');
      const answer = await answerWith(other.ca);
      assert.equal(answer.kind, 'later');
      assert.match(answer.reason, /certificate|No connection established/);
      assert.equal(requests, 1);
    } finally {
      server.forceShutdown();
    }
  });
});
