import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { it } from 'node:test';
import { withSession } from './session';

/** What a client says first to a PostgreSQL that then hangs up: 80877103 asks for TLS, 196608 begins a session. */
async function firstWords(env: Record<string, string>): Promise<{ code: number; text: string }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connection = once(server, 'connection') as Promise<[Socket]>;
  Object.assign(process.env, env);
  try {
    const session = withSession({ host: '127.0.0.1', port, user: 'me', database: 'mine' }, () =>
      Promise.resolve(),
    ).catch(() => undefined);
    const [socket] = await connection;
    const [said] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    await session;
    return { code: said.readInt32BE(4), text: said.toString('latin1') };
  } finally {
    for (const name of Object.keys(env)) Reflect.deleteProperty(process.env, name);
    server.close();
  }
}

it('does not believe PG* variables', async () => {
  const { code, text } = await firstWords({
    PGSSLMODE: 'require',
    PGOPTIONS: '-c statement_timeout=1',
    PGAPPNAME: 'laptop',
  });
  assert.equal(code, 196608, 'a session, without asking for TLS');
  assert.doesNotMatch(text, /statement_timeout|laptop/);
  assert.match(text, /user\0me\0/);
});
