import { createServer, type Server, type Socket } from 'node:net';
import RedisParser from 'redis-parser';
import { Connection } from './connection';
import { listenLocally } from '../../machine/reach/tcp';
import { Keyspace } from './keyspace';
import { encodeReply } from './reply';

/** Texts are kept as latin1, one character a byte, so that any bytes survive the round trip. */
const ENCODING = 'latin1';
/** Expired keys that nobody touches go within this time (ms). */
const SWEEP_INTERVAL_MS = 10_000;
/** A client that reads so slowly that more than this waits for it is cut off (bytes). */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;

export type StandIn = Awaited<ReturnType<typeof startStandIn>>;

/**
 * Starts the stand-in for Redis: RESP2 over TCP, the commands of commands.ts, one database, in memory, bounded.
 * HELLO is an unknown command, as in Redis 5, so clients fall back to RESP2.
 *
 * @param options.port 0 for any free one
 * @param options.maxBytes bound of the keys' memory (estimated)
 */
export async function startStandIn(options: { port: number; maxBytes: number }) {
  const keys = new Keyspace(options.maxBytes);
  const startedAt = Date.now();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, new Connection(keys, () => describe(keys, startedAt, sockets.size)));
  });
  const sweep = setInterval(() => keys.sweep(), SWEEP_INTERVAL_MS);
  sweep.unref();
  const port = await listenLocally(server, options.port);
  return { port, keys, close: () => close(server, sockets, sweep) };
}

function serve(socket: Socket, connection: Connection): void {
  socket.setNoDelay(true);
  let replies = '';
  const cutOff = (): void => {
    socket.destroy();
  };
  const parser = new RedisParser({
    returnBuffers: true,
    returnReply: (request) => {
      const words = Array.isArray(request) ? request : [];
      if (words.length === 0 || words.some((word) => !Buffer.isBuffer(word))) {
        replies += '-ERR Protocol error: expected an array of bulk strings\r\n';
        return;
      }
      replies += encodeReply(connection.handle(words.map((word) => (word as Buffer).toString(ENCODING))));
    },
    returnError: cutOff,
    returnFatalError: cutOff,
  });
  socket.on('error', cutOff);
  socket.on('data', (chunk: Buffer) => {
    replies = '';
    try {
      parser.execute(chunk);
    } catch {
      // A length no buffer can have: not a Redis client.
      cutOff();
      return;
    }
    // One write for everything that came in one packet: pipelines cost one system call.
    if (replies !== '' && !socket.destroyed) socket.write(replies, ENCODING);
    if (connection.closing) socket.end();
    else if (socket.writableLength > MAX_UNREAD_BYTES) cutOff();
  });
}

/** What INFO says: what clients look at (`loading` above all), and that this is not Redis. */
function describe(keys: Keyspace, startedAt: number, clients: number): string {
  return [
    '# Server',
    'redis_version:5.0.0',
    'redis_mode:standalone',
    'server_name:ecommerce-demo-stand-in',
    `process_id:${String(process.pid)}`,
    `uptime_in_seconds:${String(Math.floor((Date.now() - startedAt) / 1000))}`,
    '# Clients',
    `connected_clients:${String(clients)}`,
    '# Memory',
    `used_memory:${String(keys.usedBytes)}`,
    '# Persistence',
    'loading:0',
    '# Replication',
    'role:master',
    '# Keyspace',
    `db0:keys=${String(keys.names().length)}`,
    '',
  ].join('\r\n');
}

function close(server: Server, sockets: Set<Socket>, sweep: NodeJS.Timeout): Promise<void> {
  clearInterval(sweep);
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}
