import { createServer } from 'node:http';
import type { Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

/** Starts a server on a free port of this machine for the time of `work`; connections left open are cut. */
export async function serving<T>(server: Server, work: (port: number) => Promise<T>): Promise<T> {
  const sockets = new Set<{ destroy: () => void }>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await work((server.address() as AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** A port of this machine on which nobody listens. */
export function closedPort(): Promise<number> {
  return serving(createServer(), (port) => Promise.resolve(port));
}

/**
 * Lets every `AbortSignal.timeout` of a test run out at once, whatever was asked for.
 *
 * @returns the limits asked for (ms), in order
 */
export function shortenedTimeouts({ mock }: Pick<TestContext, 'mock'>): number[] {
  const limits: number[] = [];
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  mock.method(AbortSignal, 'timeout', (limitMs: number) => {
    limits.push(limitMs);
    return timeout(1);
  });
  return limits;
}

/** Does `work` while a Docker engine answers, whether or not this machine has one. */
export async function withDocker<T>(work: () => Promise<T>): Promise<T> {
  const engine = createServer((_request, response) => response.end('{"Version":"28.0.0"}'));
  return serving(engine, (port) => withDockerAt(port, work));
}

/** Runs `work` where no Docker engine answers. */
export function withoutDocker<T>(work: () => Promise<T>): Promise<T> {
  // The discard service's: nobody has it.
  return withDockerAt(9, work);
}

async function withDockerAt<T>(port: number, work: () => Promise<T>): Promise<T> {
  const before = process.env.DOCKER_HOST;
  process.env.DOCKER_HOST = `tcp://127.0.0.1:${String(port)}`;
  try {
    return await work();
  } finally {
    if (before === undefined) delete process.env.DOCKER_HOST;
    else process.env.DOCKER_HOST = before;
  }
}
