import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js';
import { testProxy, withEnvironment } from '../../../../test/mocks/proxy';
import { TRACE_SERVICE } from '../../../../test/mocks/trace-service';
import { serving } from '../../../../test/mocks/servers';
import type { Answer } from './answer';
import { grpcSender } from './grpc-sender';
import { httpSender } from './http-sender';

const BATCH = { signal: 'traces', gzipped: gzipSync(Buffer.from([0x0a, 0x00])) } as const;
const HEADERS = { authorization: 'Bearer x' };

/** Runs `work` with a gRPC end point on this machine that takes everything. */
async function grpcEndpoint<T>(
  tls: { key: Buffer; cert: Buffer } | null,
  work: (port: number) => Promise<T>,
): Promise<T> {
  const server = new GrpcServer();
  server.addService(TRACE_SERVICE, {
    Export: (_call: unknown, answer: (error: null, body: Buffer) => void) => {
      answer(null, Buffer.alloc(0));
    },
  });
  const credentials =
    tls === null
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(null, [{ private_key: tls.key, cert_chain: tls.cert }]);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  try {
    return await work(port);
  } finally {
    server.forceShutdown();
  }
}

/** A certificate for vendor.example, that no system knows. */
function vendorCertificate(): { key: Buffer; cert: Buffer } {
  const folder = mkdtempSync(path.join(tmpdir(), 'vendor-'));
  const [key, cert] = [path.join(folder, 'key'), path.join(folder, 'cert')];
  try {
    execFileSync(
      'openssl',
      // prettier-ignore
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
        '-subj', '/CN=vendor.example', '-addext', 'subjectAltName=DNS:vendor.example', '-keyout', key, '-out', cert],
      { stdio: 'ignore' },
    );
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('where the environment names a proxy', () => {
  const tls = vendorCertificate();
  const senders = { 'http/protobuf': httpSender, grpc: grpcSender };
  /** Sends a batch to an address whose name only the proxy knows; what it was asked. */
  async function sent(
    protocol: keyof typeof senders,
    endpoint: (port: number) => string,
    variable: string,
  ): Promise<{ answer: Answer; asked: string[] }> {
    const work = (port: number): Promise<{ answer: Answer; asked: string[] }> => {
      const { server, asked } = testProxy(() => port);
      return serving(server, (proxyPort) =>
        withEnvironment({ [variable]: `http://127.0.0.1:${String(proxyPort)}` }, async () => {
          const options = { endpoint: endpoint(port), headers: HEADERS, ca: tls.cert.toString() };
          const sender = senders[protocol](options);
          const answer = await sender.send(BATCH);
          await sender.close();
          return { answer, asked };
        }),
      );
    };
    const isTls = endpoint(0).startsWith('https:');
    if (protocol === 'grpc') return grpcEndpoint(isTls ? tls : null, work);
    const answer = (_request: IncomingMessage, response: ServerResponse) => response.writeHead(200).end();
    return serving(isTls ? createTlsServer(tls, answer) : createServer(answer), work);
  }

  const cases: [keyof typeof senders, scheme: 'http' | 'https', variable: string, asked: string[]][] = [
    ['http/protobuf', 'https', 'https_proxy', ['CONNECT vendor.example:4318']],
    ['http/protobuf', 'https', 'HTTPS_PROXY', ['CONNECT vendor.example:4318']],
    ['http/protobuf', 'http', 'HTTP_PROXY', ['POST http://vendor.example:4318/v1/traces']],
    ['grpc', 'https', 'HTTPS_PROXY', ['CONNECT vendor.example:4318']],
    ['grpc', 'http', 'HTTP_PROXY', ['CONNECT vendor.example:4318']],
  ];
  for (const [protocol, scheme, variable, asked] of cases) {
    it(`${protocol} goes by it to ${scheme} (${variable})`, async () => {
      const found = await sent(protocol, () => `${scheme}://vendor.example:4318`, variable);
      assert.equal(found.answer.kind, 'taken', JSON.stringify(found.answer));
      assert.deepEqual(found.asked, asked);
    });
  }

  for (const protocol of ['http/protobuf', 'grpc'] as const) {
    it(`${protocol} goes past it to this machine`, async () => {
      const found = await sent(protocol, (port) => `http://127.0.0.1:${String(port)}`, 'http_proxy');
      assert.equal(found.answer.kind, 'taken', JSON.stringify(found.answer));
      assert.deepEqual(found.asked, []);
    });

    it(`${protocol} says where a proxy may be missing, and which one failed`, async () => {
      const sender = senders[protocol]({ endpoint: 'https://vendor.invalid', headers: {}, ca: null });
      const unknown = await sender.send(BATCH);
      assert.match(
        'reason' in unknown ? unknown.reason : '',
        /where only a proxy leads out, set HTTPS_PROXY/,
      );
      await sender.close();
      await withEnvironment({ HTTPS_PROXY: 'http://127.0.0.1:1' }, async () => {
        const other = senders[protocol]({ endpoint: 'https://vendor.invalid', headers: {}, ca: null });
        const failed = await other.send(BATCH);
        assert.match('reason' in failed ? failed.reason : '', /by the proxy 127\.0\.0\.1:1 of HTTPS_PROXY/);
        await other.close();
      });
    });
  }
});
