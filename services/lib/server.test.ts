import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Express } from 'express';
import { connect, type AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { Agent, request as undiciRequest } from 'undici';
import { currentCohort } from './cohort';
import { closeServer, createApp, listen, strictExpress } from './server';

describe('a body that trickles', () => {
  it('ends at the deadline, with its connection, while others are served', { timeout: 20_000 }, async () => {
    let served = false;
    const app = createApp({
      name: 'frontend',
      routes: (router) => {
        router.post('/x', (_request, response) => {
          served = true;
          response.json({});
        });
      },
    });
    const server = await listen(app, 0, '127.0.0.1', { deadlineMs: 300 });
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(
      'POST /x HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{',
    );
    // For as long as somebody listens, so that no idle connection is what ends it.
    const trickle = setInterval(() => socket.write(' '), 20);
    socket.on('error', () => undefined);
    let text = '';
    socket.on('data', (chunk) => (text += String(chunk)));
    try {
      // Not `once` of events, which a write that comes too late (EPIPE) would reject.
      await new Promise((resolve) => socket.once('close', resolve));
    } finally {
      clearInterval(trickle);
      await closeServer(server, 0);
    }
    // Whoever still writes then may get the end of the connection before the answer.
    assert.match(text, /^(HTTP\/1\.1 408 |$)/);
    assert.equal(served, false);
  });

  it('has that deadline on every port of a service', async () => {
    const server = await listen(createApp({ name: 'frontend', routes: () => undefined }), 0, '127.0.0.1');
    assert.equal(server.requestTimeout, 15_000);
    await closeServer(server, 0);
  });
});

describe('a port that a service shares with its successor', { skip: process.platform !== 'linux' }, () => {
  it('is the successor’s alone when the service has ended, and nobody else’s', async () => {
    const app = (name: string): Express =>
      strictExpress().get('/', (_request, response) => void response.json(name));
    const first = await listen(app('first'), 0, '127.0.0.1', { reusePort: true });
    const { port } = first.address() as AddressInfo;
    await assert.rejects(listen(app('other'), port, '127.0.0.1'), { code: 'EADDRINUSE' });
    const second = await listen(app('second'), port, '127.0.0.1', { reusePort: true });
    // Each on a connection of its own.
    const dispatcher = new Agent({ pipelining: 0 });
    const ask = async (): Promise<unknown> => {
      const { body } = await undiciRequest(`http://127.0.0.1:${String(port)}/`, { dispatcher });
      return body.json();
    };
    const seen = new Set<unknown>();
    while (seen.size < 2) seen.add(await ask());
    await closeServer(first, 0);
    for (let times = 0; times < 20; times += 1) assert.equal(await ask(), 'second');
    await closeServer(second, 0);
  });
});

it('a server that ends still answers what comes on a connection that was idle', async () => {
  const app = strictExpress().get('/', (_request, response) => void response.json('answered'));
  const server = await listen(app, 0, '127.0.0.1');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const text = async (): Promise<string> => String((await once(socket, 'data'))[0]);
  const get = (connection: string): boolean =>
    socket.write(`GET / HTTP/1.1\r\nhost: localhost\r\nconnection: ${connection}\r\n\r\n`);
  get('keep-alive');
  await text();
  const closed = closeServer(server, 10_000);
  get('close');
  assert.match(await text(), /answered/);
  await closed;
  assert.equal(server.listening, false);
});

describe('a service', () => {
  let server: Server;
  before(async () => {
    const app = createApp({
      name: 'frontend',
      routes: (router) => {
        router.post('/api/checkout', (_request, response) => {
          response.json({ cohort: currentCohort().trafficType });
        });
        router.delete('/things/:id', (request, response) => {
          response.json({ id: request.params.id });
        });
      },
    });
    server = await listen(app, 0, '127.0.0.1');
  });
  after(() => closeServer(server, 0));

  /** Status line and body of a request as it is written, which no client would send. */
  async function send(
    target: string,
    headers = 'content-type: application/json',
    method = 'POST',
  ): Promise<string> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.end(
      `${method} ${target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n${headers}\r\ncontent-length: 2\r\n\r\n{}`,
    );
    let text = '';
    socket.on('data', (chunk) => (text += String(chunk)));
    await once(socket, 'close');
    return `${/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 'nothing'} ${text.split('\r\n\r\n')[1] ?? ''}`;
  }

  it('takes its routes literally, so that route and cohort come from the same path', async () => {
    assert.equal(await send('/api/checkout'), '200 {"cohort":"demo"}');
    assert.equal(await send('/api/checkout?x=1'), '200 {"cohort":"demo"}');
    for (const target of [
      '/api/checkout/',
      '/API/Checkout',
      '/api//checkout',
      '/api/%63heckout',
      '//api/checkout',
    ])
      assert.match(await send(target), /^404 /, target);
  });

  it('refuses targets that two readers could take for different paths', async () => {
    for (const target of ['http://localhost/api/checkout', '/api/checkout#x', '/api\\checkout#', '*'])
      assert.match(await send(target), /^400 /, target);
  });

  it('refuses hosts it does not know', async () => {
    assert.match(await send('/api/checkout', 'content-type: application/json', 'POST'), /^200/);
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.end('GET /health HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n');
    let text = '';
    socket.on('data', (chunk) => (text += String(chunk)));
    await once(socket, 'close');
    assert.match(text, /^HTTP\/1\.1 421 /);
    assert.match(text, /ECOMMERCE_KNOWN_HOSTS/);
  });

  it('is written to as JSON only, as no page of another origin can unasked', async () => {
    for (const headers of [
      'content-type: text/plain',
      'content-type: application/x-www-form-urlencoded',
      'x: y',
    ])
      assert.match(await send('/api/checkout', headers), /^415 .*application\/json/, headers);
    assert.match(await send('/api/checkout', 'content-type: application/json; charset=utf-8'), /^200/);
    // Not a method that needs no leave.
    assert.equal(await send('/things/a', 'x: y', 'DELETE'), '200 {"id":"a"}');
  });

  it('answers 400 to a path that is no text', async () => {
    assert.match(await send('/things/%ff', 'x: y', 'DELETE'), /^400 /);
  });
});
