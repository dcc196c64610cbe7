import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { it } from 'node:test';
import { Router } from 'express';
import { request } from 'undici';
import { errorHandler, strictExpress } from '../../lib/server';
import type { Broadcast } from './broadcast';
import { StreamHub } from './hub';
import { mountStream } from './routes';

it('the stream is for our own page: another site’s can hold none of it open', async (context) => {
  const hub = new StreamHub();
  const router = Router();
  mountStream(router, hub, { stateOf: () => null } as unknown as Broadcast);
  const server = strictExpress().use(router).use(errorHandler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    hub.close();
    server.close();
  });
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/api/stream`;
  const statusFor = async (site: string | null): Promise<number> => {
    const { statusCode, body } = await request(url, {
      headers: site === null ? {} : { 'sec-fetch-site': site },
    });
    // A stream has no end to wait for.
    body.on('error', () => undefined).destroy();
    return statusCode;
  };
  for (const site of ['cross-site', 'same-site']) assert.equal(await statusFor(site), 403, site);
  assert.deepEqual(hub.status().viewers, 0);
  for (const site of ['same-origin', 'none', null]) assert.equal(await statusFor(site), 200, String(site));
});
