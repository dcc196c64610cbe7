import { createServer, type Server, type Socket } from 'node:net';
import { listenLocally } from '../../machine/reach/tcp';

/** Hands a connection on. A rejection ends the connection. */
export type Forward = (socket: Socket) => Promise<void>;

/** Local ports whose connections are handed on, one for each key; opened when they are first asked for. */
export class Tunnels {
  private readonly open = new Map<string, ReturnType<typeof openTunnel>>();

  /** @param listen opens a local port; as a test wants it */
  constructor(private readonly listen: (server: Server) => Promise<number> = listenLocally) {}

  /** Base URL of a key's port. One that could not be opened is not kept: the next call tries again. */
  async url(key: string, forward: Forward): Promise<string> {
    let tunnel = this.open.get(key);
    if (tunnel === undefined) {
      tunnel = openTunnel(forward, this.listen);
      this.open.set(key, tunnel);
      tunnel.catch(() => this.open.delete(key));
    }
    return `http://127.0.0.1:${(await tunnel).port}`;
  }

  /** Closes every port that is open. Never rejects: it is called while a command's own error is on its way. */
  async close(): Promise<void> {
    const tunnels = [...this.open.values()];
    this.open.clear();
    for (const tunnel of await Promise.allSettled(tunnels))
      if (tunnel.status === 'fulfilled') tunnel.value.close();
  }
}

async function openTunnel(forward: Forward, listen: (server: Server) => Promise<number>) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    forward(socket).catch((error: unknown) => {
      socket.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  const port = await listen(server);
  // A command must be able to end while a tunnel is open.
  server.unref();
  return {
    port,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
