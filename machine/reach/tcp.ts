import { once } from 'node:events';
import { connect, type AddressInfo, type Server } from 'node:net';

/**
 * Whether a port answers a connection within the time; why not (an error without a code when the time was over), or
 * null.
 *
 * @param say what is written to it: it has to answer to that, then, with anything
 */
export function tcpFault(
  at: { host: string; port: number },
  withinMs: number,
  say: string | null = null,
): Promise<Error | null> {
  return new Promise((resolve) => {
    const socket = connect(at);
    const finish = (fault: Error | null): void => {
      socket.destroy();
      resolve(fault);
    };
    socket.setTimeout(withinMs, () => finish(new Error(`no answer within ${String(withinMs / 1000)} s`)));
    socket.once('connect', () => {
      if (say === null) finish(null);
      else socket.write(say);
    });
    socket.once('data', () => finish(null));
    socket.once('error', finish);
  });
}

/** Lets a server listen on 127.0.0.1. @param port 0: any free one @returns the port. @throws when it is not free */
export async function listenLocally(server: Server, port = 0): Promise<number> {
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}
