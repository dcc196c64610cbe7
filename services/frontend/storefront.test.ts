import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import express from 'express';
import { request } from 'undici';
import { MAX_QUANTITY } from '../lib/fields';
import { storefront } from './storefront';

const app = express();
let browserTelemetry = true;
app.use(storefront(() => browserTelemetry));
const server = app.listen(0, '127.0.0.1');
before(() => once(server, 'listening'));
after(() => {
  server.close();
});

const get = async (path: string, encoding = 'identity') => {
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}${path}`;
  const { statusCode, headers, body } = await request(url, { headers: { 'accept-encoding': encoding } });
  return { statusCode, headers, text: await body.text() };
};

test('the page loads nothing from elsewhere and has nothing inline: its policy would block it', async () => {
  const { headers, text: html } = await get('/');
  assert.match(String(headers['content-security-policy']), /default-src 'none'.*script-src 'self'/);
  assert.match(html, /<script[^>]+src="\/app\.js"/, 'this is the page');
  assert.doesNotMatch(html, /<style|style=|<script(?![^>]*\bsrc=)|\son\w+=|javascript:/i);
  assert.doesNotMatch(html, /(src|href)="(https?:)?\/\//i);
  for (const [, name] of html.matchAll(/<link rel="stylesheet" href="([^"]+)"/g)) {
    const css = await get(name ?? '');
    assert.equal(css.statusCode, 200, name);
    assert.doesNotMatch(css.text, /@import|url\((?!['"]?data:)/i);
  }
});

test('the page knows of the shop what the shop itself says', async () => {
  const { headers, text } = await get('/shop-facts.js');
  assert.match(String(headers['content-type']), /javascript/);
  assert.match(String(headers['content-security-policy']), /default-src 'none'/);
  const facts = JSON.parse(/^export const SHOP = (.*);$/m.exec(text)?.[1] ?? '') as Record<string, unknown>;
  assert.equal(facts.maxQuantity, MAX_QUANTITY);
  assert.equal((facts.categories as string[]).length, 8);
});

test('its parts were compressed beforehand, by what the browser takes', async () => {
  assert.equal((await get('/app.js', 'gzip, br')).headers['content-encoding'], 'br');
  assert.equal((await get('/app.js', 'gzip')).headers['content-encoding'], 'gzip');
  assert.equal((await get('/app.js')).headers['content-encoding'], undefined);
  assert.equal((await get('/app.js.map')).statusCode, 404);
});

test('its telemetry is one small file, and asked for unless stack config says no', async () => {
  const { statusCode, headers } = await get('/telemetry.js', 'br');
  assert.deepEqual([statusCode, headers['content-encoding']], [200, 'br']);
  const bytes = Number(headers['content-length']);
  assert.ok(bytes > 10_000 && bytes <= 40 * 1024, `${String(bytes)} bytes`);
  assert.match((await get('/shop-facts.js')).text, /"browserTelemetry":true/);
  browserTelemetry = false;
  assert.match((await get('/shop-facts.js')).text, /"browserTelemetry":false/);
  assert.match((await get('/app.js')).text, /if \(SHOP\.browserTelemetry\) await import/);
  assert.equal((await get('/telemetry/main.js')).statusCode, 404, 'what it is made of is not served');
});
