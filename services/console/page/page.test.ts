import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { brotliDecompressSync } from 'node:zlib';
import { request } from 'undici';
import express from 'express';
import { mountPage, securityHeaders } from './page';

/** What the page may weigh over the wire, without telemetry (bytes). */
const BUDGET = 100_000;

describe('the page', () => {
  let url = '';
  let close: () => void;

  before(async () => {
    const app = express();
    app.disable('etag');
    app.use(securityHeaders());
    mountPage(app);
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    close = () => server.close();
  });
  after(() => {
    close();
  });

  const get = (path: string, headers: Record<string, string> = {}) => request(url + path, { headers });

  /** The page and everything it asks for, by following what it names. */
  async function everything(encoding: string): Promise<Map<string, number>> {
    const sizes = new Map<string, number>();
    const visit = async (path: string): Promise<void> => {
      if (sizes.has(path)) return;
      sizes.set(path, 0);
      const { statusCode, headers, body } = await get(path, { 'accept-encoding': encoding });
      const content = Buffer.from(await body.arrayBuffer());
      assert.equal(statusCode, 200, path);
      // What the headers weigh is on the wire, too.
      sizes.set(path, content.length + JSON.stringify(headers).length);
      const text = (headers['content-encoding'] === 'br' ? brotliDecompressSync(content) : content).toString(
        'utf8',
      );
      const named = path.endsWith('.js')
        ? path.includes('vendor')
          ? []
          : [...text.matchAll(/^(?:import .*|}) from '(\.[^']+)'/gm)].map(
              ([, name]) => new URL(name ?? '', `http://x${path}`).pathname,
            )
        : path === '/'
          ? [...text.matchAll(/(?:href|src)="([^"#][^":]*)"/g)].map(([, name]) => `/${name ?? ''}`)
          : [];
      for (const name of named) await visit(name);
    };
    await visit('/');
    return sizes;
  }

  it('weighs at most 100 kB over the wire, with its charts', async () => {
    const sizes = await everything('br');
    const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    assert.ok(sizes.size >= 15, `only ${[...sizes.keys()].join(' ')}`);
    assert.ok([...sizes.keys()].some((path) => path.includes('uplot')));
    assert.ok(total <= BUDGET, `${String(total)} bytes: ${JSON.stringify([...sizes])}`);
    process.stdout.write(`# the page weighs ${String(total)} bytes over the wire (brotli)\n`);
    const gzipped = [...(await everything('gzip')).values()].reduce((sum, size) => sum + size, 0);
    assert.ok(gzipped <= BUDGET, `${String(gzipped)} bytes with gzip`);
  });

  it('names nothing that is elsewhere', async () => {
    for (const path of (await everything('identity')).keys()) {
      if (path.includes('vendor') || path.endsWith('.svg')) continue;
      const { body } = await get(path, { 'accept-encoding': 'identity' });
      const found = (await body.text()).match(/https?:\/\/(?!www\.w3\.org\/)[^\s'"`]+/g) ?? [];
      assert.deepEqual(found, [], path);
    }
  });

  it('has a strict policy: no inline code or style, nothing from elsewhere, framed by its own only', async () => {
    const { headers, body } = await get('/');
    await body.dump();
    const policy = String(headers['content-security-policy']);
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self'(;|$)/);
    assert.match(policy, /style-src 'self'(;|$)/);
    assert.match(policy, /connect-src 'self'(;|$)/);
    assert.match(policy, /frame-ancestors 'self'/);
    assert.ok(!policy.includes('unsafe'));
    const html = readFileSync(join(__dirname, '../public/index.html'), 'utf8');
    assert.ok(!/<style|style=|<script(?![^>]* src=)|\son\w+=/.test(html));
  });

  it('lets slides frame its read-only views', async () => {
    const { headers, body } = await get('/?embed=stage');
    await body.dump();
    assert.match(String(headers['content-security-policy']), /frame-ancestors \* file:/);
  });

  it('is known again by its content; what names its version is kept for a year', async () => {
    const first = await get('/style.css', { 'accept-encoding': 'br' });
    await first.body.dump();
    assert.equal(first.headers['content-encoding'], 'br');
    const again = await get('/style.css', {
      'accept-encoding': 'br',
      'if-none-match': String(first.headers.etag),
    });
    await again.body.dump();
    assert.equal(again.statusCode, 304);
    const uplot = [...(await everything('br')).keys()].find((path) => /uplot.*\.js$/.test(path));
    const vendor = await get(uplot ?? '');
    await vendor.body.dump();
    assert.match(String(vendor.headers['cache-control']), /immutable/);
  });
});
