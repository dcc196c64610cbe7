import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { testProxy, withEnvironment } from '../../test/mocks/proxy';
import { closedPort, serving, shortenedTimeouts } from '../../test/mocks/servers';
import { Refusal } from '../errors';
import { hasEngineLogin, requireRegistry } from './registry';
import { digestOf, parseReference } from './registry-api';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
const LOGIN = { username: 'me', password: 'right' };
const basic = ({ username, password }: typeof LOGIN) =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

describe('image references', () => {
  it('are read as Docker reads them', () => {
    const read = (image: string): unknown[] => Object.values(parseReference(image));
    assert.deepEqual(read('redis:7'), ['docker.io', 'library/redis', '7', null]);
    assert.deepEqual(read('me/shop'), ['docker.io', 'me/shop', 'latest', null]);
    assert.deepEqual(read('ghcr.io/me/a/b:1.2'), ['ghcr.io', 'me/a/b', '1.2', null]);
    assert.deepEqual(read('localhost:5000/x'), ['localhost:5000', 'x', 'latest', null]);
    assert.deepEqual(read(`r.example.com:443/x:1@${DIGEST}`), ['r.example.com:443', 'x', '1', DIGEST]);
  });
});

/** A registry that gives tokens to LOGIN, and to nobody where that is all it needs. */
function registry(options: { anonymous: boolean }, seen: string[] = []) {
  return createServer((request: IncomingMessage, response: ServerResponse) => {
    const { url = '', headers, method = '' } = request;
    const host = `http://${String(headers.host)}`;
    seen.push(`${method} ${url}`);
    if (url.startsWith('/token')) {
      const mayEnter = options.anonymous || headers.authorization === basic(LOGIN);
      const scope = new URL(url, host).searchParams.get('scope');
      response.writeHead(mayEnter ? 200 : 401).end(JSON.stringify({ token: `for ${String(scope)}` }));
    } else if (!headers.authorization?.startsWith('Bearer for repository:')) {
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${host}/token",service="r"` }).end();
    } else if (url === '/v2/') {
      response.end('{}');
    } else if (url === '/v2/library/redis/manifests/7') {
      response.writeHead(200, { 'docker-content-digest': DIGEST }).end();
    } else {
      response.writeHead(404).end();
    }
  });
}

describe('the digest of a tag', () => {
  it('is asked for with a token, without reading the manifest', async () => {
    const seen: string[] = [];
    await serving(registry({ anonymous: true }, seen), async (port) => {
      assert.equal(await digestOf(`127.0.0.1:${String(port)}/library/redis:7`, null), DIGEST);
    });
    assert.deepEqual(seen, [
      'HEAD /v2/library/redis/manifests/7',
      'GET /token?scope=repository%3Alibrary%2Fredis%3Apull&service=r',
      'HEAD /v2/library/redis/manifests/7',
    ]);
  });

  it('is asked for by the proxy that the environment names, for the token as well', async () => {
    await serving(registry({ anonymous: true }), (port) => {
      const { server, asked } = testProxy(() => port);
      return serving(server, (proxyPort) =>
        withEnvironment({ HTTPS_PROXY: `http://127.0.0.1:${String(proxyPort)}` }, async () => {
          // The registry of this test speaks no TLS: that it is reached by the proxy is what matters.
          await assert.rejects(
            digestOf('registry.example/library/redis:7', null),
            /by the proxy 127\.0\.0\.1/,
          );
          assert.deepEqual(asked, ['CONNECT registry.example:443']);
          assert.equal(await digestOf(`127.0.0.1:${String(port)}/library/redis:7`, null), DIGEST);
          assert.equal(asked.length, 1);
        }),
      );
    });
  });

  it('of a name that does not resolve mentions the proxy that may be missing', async () => {
    await withEnvironment({}, () =>
      assert.rejects(
        digestOf('registry.invalid/redis:7', null),
        /no such host; where only a proxy .*HTTPS_PROXY/,
      ),
    );
  });

  it('is not asked for where it is in the reference', async () => {
    assert.equal(await digestOf(`nowhere.invalid/redis:7@${DIGEST}`, null), DIGEST);
  });

  it('that cannot be had is reported with the image and the remedy', async () => {
    const port = await closedPort();
    const remedy = /NAME:TAG@sha256:….*pulumi up again/;
    await assert.rejects(digestOf(`127.0.0.1:${String(port)}/redis:7`, null), (error: Error) => {
      assert.match(error.message, /redis:7: .*cannot be reached: connection refused/);
      assert.match(error.message, remedy);
      return true;
    });
    await serving(registry({ anonymous: false }), async (open) => {
      const server = `127.0.0.1:${String(open)}`;
      await assert.rejects(digestOf(`${server}/library/redis:7`, null), /wants a login/);
      await assert.rejects(digestOf(`${server}/library/redis:8`, LOGIN), /has no library\/redis:8/);
      assert.equal(await digestOf(`${server}/library/redis:7`, LOGIN), DIGEST);
    });
  });
});

describe('the registry is asked before the first resource', () => {
  /** The message for an operator; null when nothing is wrong. */
  async function verdict(repository: string, login: typeof LOGIN | null): Promise<string | null> {
    try {
      await requireRegistry(repository, login);
      return null;
    } catch (error) {
      assert.ok(error instanceof Refusal, String(error));
      return error.message;
    }
  }

  it('accepts one that lets us in', async () => {
    await serving(registry({ anonymous: false }), async (port) => {
      assert.equal(await verdict(`127.0.0.1:${String(port)}/me/ecommerce-demo`, LOGIN), null);
    });
    await serving(
      createServer((_request, response) => response.end('{}')),
      async (port) => {
        assert.equal(await verdict(`localhost:${String(port)}/ecommerce-demo`, null), null);
      },
    );
  });

  it('does not judge one that Docker may trust and Node does not', async () => {
    // Not one of this machine's own names, which are asked without TLS.
    await serving(registry({ anonymous: true }), async (port) => {
      assert.equal(await verdict(`0.0.0.0:${String(port)}/x`, null), null);
    });
    const port = await closedPort();
    assert.match((await verdict(`0.0.0.0:${String(port)}/x`, null)) ?? '', /connection refused/);
  });

  it('tells a refused connection, and one that nobody answers after five seconds', async (context) => {
    const port = await closedPort();
    assert.match(
      (await verdict(`127.0.0.1:${String(port)}/x`, null)) ?? '',
      /imageRegistry: the registry 127\.0\.0\.1:\d+ cannot be reached: connection refused.*pulumi config set imageRegistry/,
    );
    const limits = shortenedTimeouts(context);
    await serving(createTcpServer(), async (silent) => {
      assert.match((await verdict(`127.0.0.1:${String(silent)}/x`, null)) ?? '', /no answer within 5 s/);
    });
    assert.deepEqual(limits, [5_000]);
  });

  it('tells a login that is refused, and one that is missing', async () => {
    await serving(registry({ anonymous: false }), async (port) => {
      const repository = `127.0.0.1:${String(port)}/me/ecommerce-demo`;
      const refused = (await verdict(repository, { username: 'me', password: 'wrong' })) ?? '';
      assert.match(refused, /imagePullSecret: the registry .* refuses me: .* answers 401\. .*--secret/);
      assert.ok(!refused.includes('wrong'), refused);
      assert.match(
        (await verdict(repository, null)) ?? '',
        /Docker has no login of it\. docker login 127\.0\.0\.1/,
      );
    });
  });
});

describe("Docker's own login", () => {
  it('is found by the name of the registry, or of a helper', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'docker-'));
    const write = (config: object) => {
      writeFileSync(path.join(folder, 'config.json'), JSON.stringify(config));
    };
    try {
      assert.equal(hasEngineLogin('ghcr.io', folder), false);
      write({ auths: { 'ghcr.io': {}, 'https://index.docker.io/v1/': {} } });
      assert.equal(hasEngineLogin('ghcr.io', folder), true);
      assert.equal(hasEngineLogin('docker.io', folder), true);
      assert.equal(hasEngineLogin('quay.io', folder), false);
      write({ credHelpers: { 'quay.io': 'x' } });
      assert.equal(hasEngineLogin('quay.io', folder), true);
      write({ credsStore: 'desktop' });
      assert.equal(hasEngineLogin('anything.example', folder), true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
