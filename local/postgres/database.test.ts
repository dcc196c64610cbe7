import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { Refusal } from '../../machine/errors';
import { waitForDatabase } from './database';
import { remedyOf, serverSettings } from './postgres';

describe('a database that refuses the login', () => {
  let server: Server;
  before(async () => {
    // PostgreSQL's ErrorResponse to whatever is asked.
    const fields = ['SFATAL', 'C28P01', 'Mpassword authentication failed for user "postgres"'];
    const body = Buffer.from(`${fields.map((field) => `${field}\0`).join('')}\0`);
    const head = Buffer.from([0x45, 0, 0, 0, 0]);
    head.writeInt32BE(body.length + 4, 1);
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(Buffer.concat([head, body])));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => server.close());

  it('is not to be deleted: the remedy is the password', async () => {
    const { port } = server.address() as AddressInfo;
    const url = `postgres://postgres:x@127.0.0.1:${String(port)}/postgres`;
    await assert.rejects(
      waitForDatabase(url, 5000, { remedy: 'Put secrets.json back.' }),
      (error: unknown) =>
        error instanceof Refusal &&
        /refuses the login: password authentication failed .*Put secrets\.json back\./.test(error.message) &&
        !/delete/i.test(error.message),
    );
  });
});

describe('the embedded PostgreSQL', () => {
  it('needs no /dev/shm', () => {
    assert.equal(serverSettings({ port: 1, maxConnections: 10 }).dynamic_shared_memory_type, 'mmap');
  });

  it('says what helps against a user without a name, and a full disk', () => {
    assert.match(
      remedyOf('initdb: error: could not look up effective user ID 12345: user does not exist'),
      /\/etc\/passwd.*ECOMMERCE_POSTGRES_URL/,
    );
    assert.match(remedyOf('could not resize shared memory segment: No space left on device'), /--shm-size/);
    assert.equal(remedyOf('another'), '');
  });
});
