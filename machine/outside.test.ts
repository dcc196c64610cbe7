import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import path from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { testProxy, withEnvironment } from '../test/mocks/proxy';
import { serving } from '../test/mocks/servers';
import { askOutside } from './outside';

const signal = (): AbortSignal => AbortSignal.timeout(5_000);

/** Serves an answer, and a proxy that leads every name to it. */
async function outside(work: (port: number, proxy: string, asked: string[]) => Promise<void>): Promise<void> {
  const answer = createServer((request, response) => {
    response.writeHead(202, { 'x-host': String(request.headers.host) }).end('text');
  });
  await serving(answer, (port) => {
    const { server, asked } = testProxy(() => port);
    return serving(server, (proxyPort) => work(port, `http://127.0.0.1:${String(proxyPort)}`, asked));
  });
}

describe('asking somebody outside', () => {
  it('goes by the proxy of the environment, in whatever case its variable is', async () => {
    for (const variable of ['HTTP_PROXY', 'http_proxy']) {
      await outside((_port, proxy, asked) =>
        withEnvironment({ [variable]: proxy }, async () => {
          const answer = await askOutside('http://vendor.example/a?b', { signal: signal() });
          assert.deepEqual([answer.status, answer.ok, answer.text], [202, true, 'text']);
          assert.equal(answer.header('X-Host'), 'vendor.example');
          assert.deepEqual(asked, ['GET http://vendor.example/a?b']);
        }),
      );
    }
  });

  it('tunnels TLS', async () => {
    await outside((_port, proxy, asked) =>
      withEnvironment({ HTTPS_PROXY: proxy, HTTP_PROXY: 'http://127.0.0.1:1' }, async () => {
        // Whoever is at the other end speaks no TLS.
        await assert.rejects(askOutside('https://vendor.example/', { signal: signal() }));
        assert.deepEqual(asked, ['CONNECT vendor.example:443']);
      }),
    );
  });

  it('goes past it where NO_PROXY says so, and to this machine always', async () => {
    await outside((port, proxy, asked) =>
      withEnvironment({ http_proxy: proxy }, async () => {
        const answer = await askOutside(`http://127.0.0.1:${String(port)}/`, { signal: signal() });
        assert.equal(answer.text, 'text');
        process.env.NO_PROXY = 'example.invalid';
        try {
          await assert.rejects(askOutside('http://vendor.example.invalid/', { signal: signal() }));
        } finally {
          delete process.env.NO_PROXY;
        }
        assert.deepEqual(asked, []);
      }),
    );
  });

  it('and the shop itself is asked directly, also under NODE_USE_ENV_PROXY', async () => {
    await outside(async (port, proxy, asked) => {
      const script = `
        const { getJson } = require(${JSON.stringify(path.join(__dirname, 'http.js'))});
        const { askOutside } = require(${JSON.stringify(path.join(__dirname, 'outside.js'))});
        const url = 'http://127.0.0.1:${String(port)}/';
        const signal = AbortSignal.timeout(5000);
        Promise.all([getJson(url, { timeoutMs: 5000 }), askOutside(url, { signal })])
          .then((answers) => console.log(answers.map(({ status }) => status).join()));`;
      const env = { ...process.env, NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxy, http_proxy: proxy };
      const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { env });
      assert.equal(stdout.trim(), '202,202');
      assert.deepEqual(asked, []);
    });
  });
});
