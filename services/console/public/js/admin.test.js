import '../../../../test/mocks/page.mjs';
import assert from 'node:assert/strict';
import { afterEach, it } from 'node:test';

const { act, unlock } = await import('./admin.js');

const honest = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = honest;
  globalThis.isSecureContext = true;
  sessionStorage.clear();
});

/** What the page sent. */
function sends() {
  /** @type {unknown[]} */
  const sent = [];
  globalThis.fetch = (url, init) => {
    sent.push([url, new Headers(init?.headers).get('authorization') ?? undefined]);
    return Promise.resolve(
      new Response('{}', { status: 200, headers: { 'content-type': 'application/json' } }),
    );
  };
  return sent;
}

it('the token goes along from this machine and by TLS', async () => {
  const sent = sends();
  await unlock('secret');
  await act('pause');
  assert.deepEqual(sent, [
    ['admin/override/check', 'Bearer secret'],
    ['admin/override/pause', 'Bearer secret'],
  ]);
});

it('and never crosses a network in clear', async () => {
  const sent = sends();
  globalThis.isSecureContext = false;
  await assert.rejects(unlock('secret'));
  await assert.rejects(act('pause'));
  assert.deepEqual(sent, []);
  assert.equal(sessionStorage.length, 0, 'it is not kept either');
});
