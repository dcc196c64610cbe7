import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Server } from 'node:net';
import { test } from 'node:test';
import { Tunnels } from './tunnels';

const echo = (socket: NodeJS.ReadWriteStream): Promise<void> => {
  socket.pipe(socket);
  return Promise.resolve();
};

test('a port that could not be opened is tried again, and one that is open is used again', async () => {
  let refuse = true;
  let opened = 0;
  const tunnels = new Tunnels((server: Server) => {
    if (refuse) return Promise.reject(new Error('no port is free'));
    opened += 1;
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' ? (address?.port ?? 0) : 0);
      });
    });
  });
  await assert.rejects(tunnels.url('cart:8013', echo), /no port is free/);
  refuse = false;
  const url = new URL(await tunnels.url('cart:8013', echo));
  assert.equal(await tunnels.url('cart:8013', echo), url.href.replace(/\/$/, ''));
  assert.equal(opened, 1);
  const socket = connect(Number(url.port), '127.0.0.1');
  socket.write('hello');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  assert.equal(answer.toString(), 'hello');
  const closed = once(socket, 'close');
  await tunnels.close();
  await closed;
});

test('closing ends what is open and never rejects, so that it hides no error of the command', async () => {
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<number>((_resolve, reject) => (fail = reject));
  const closed: string[] = [];
  const tunnels = new Tunnels((server) => {
    if (closed.push('made') === 1) return failed;
    server.close = () => {
      closed.push('closed');
      return server;
    };
    return Promise.resolve(1);
  });
  const opening = tunnels.url('cart:8013', echo);
  assert.equal(await tunnels.url('payment:8017', echo), 'http://127.0.0.1:1');
  const closing = tunnels.close();
  fail(new Error('refused'));
  await assert.rejects(opening, /refused/);
  await closing;
  assert.deepEqual(closed, ['made', 'made', 'closed'], 'the one behind the failed one, too');
});
