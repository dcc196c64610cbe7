import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { stringify } from 'yaml';
import { closedPort, serving, shortenedTimeouts } from '../../test/mocks/servers';
import { clusterAddress } from './kubeconfig';
import { requireReachable } from './cluster';
import { Refusal } from '../errors';

/** A kubeconfig as k3d writes it. */
const kubeconfig = (server: string, cluster: object = {}, user: object = {}) =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'demo',
    contexts: [{ name: 'demo', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server, ...cluster } }],
    users: [{ name: 'u', user }],
  });

/** What an operator reads; null when nothing is wrong. */
async function verdict(content: string): Promise<string | null> {
  try {
    await requireReachable(clusterAddress(content, '~/.kube/config'), '~/.kube/config');
    return null;
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    return error.message;
  }
}

describe('a cluster is asked before the first resource', () => {
  let folder: string;
  let tls: { key: Buffer; cert: Buffer };
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'reachable-'));
    const [key, cert] = [path.join(folder, 'key'), path.join(folder, 'cert')];
    execFileSync(
      'openssl',
      // prettier-ignore
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
        '-subj', '/CN=test', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
      { stdio: 'ignore' },
    );
    tls = { key: readFileSync(key), cert: readFileSync(cert) };
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('refuses nothing when it answers, whatever it answers to nobody in particular', async () => {
    const api = createHttpServer((_request, response) => response.writeHead(403).end('{}'));
    await serving(api, async (port) => {
      assert.equal(await verdict(kubeconfig(`http://127.0.0.1:${String(port)}`)), null);
    });
  });

  it('tells a refused connection, with cluster, context and the keys to change', async () => {
    const port = await closedPort();
    const server = `https://127.0.0.1:${String(port)}`;
    const text = await verdict(kubeconfig(server));
    assert.equal(
      text,
      `The cluster at ${server} (context demo of ~/.kube/config) cannot be used: connection refused. ` +
        'Start it, connect the VPN, or choose another one: pulumi config set kubeconfig PATH; pulumi config set context NAME.',
    );
  });

  it('tells a certificate that is none', async () => {
    const rubbish = Buffer.from('rubbish').toString('base64');
    const user = { 'client-certificate-data': rubbish, 'client-key-data': rubbish };
    const text = await verdict(kubeconfig('https://127.0.0.1:1', {}, user));
    assert.match(text ?? '', /a certificate or key of the kubeconfig is none.*fetch its kubeconfig anew/);
  });

  it('gives up after five seconds on one that takes the connection and says nothing', async (context) => {
    const limits = shortenedTimeouts(context);
    await serving(createServer(), async (port) => {
      const text = await verdict(kubeconfig(`https://127.0.0.1:${String(port)}`));
      assert.match(text ?? '', /no answer within 5 s/);
    });
    assert.deepEqual(limits, [5_000]);
  });

  it('trusts the authority of the kubeconfig, and no other', async () => {
    const api = createHttpsServer(tls, (_request, response) => response.end('{"major":"1"}'));
    await serving(api, async (port) => {
      const server = `https://127.0.0.1:${String(port)}`;
      const authority = { 'certificate-authority-data': tls.cert.toString('base64') };
      assert.equal(await verdict(kubeconfig(server, authority)), null);
      assert.equal(await verdict(kubeconfig(server, { 'insecure-skip-tls-verify': true })), null);
      const text = await verdict(kubeconfig(server));
      assert.match(text ?? '', /certificate is not of the kubeconfig's authority.*fetch its kubeconfig anew/);
    });
  });

  it('tells a login that is refused, and shows the login of the kubeconfig to that server', async () => {
    const api = createHttpsServer(tls, (request, response) => {
      assert.equal(request.url, '/k8s/clusters/c-1/version');
      response.writeHead(request.headers.authorization === 'Bearer right' ? 200 : 401).end();
    });
    await serving(api, async (port) => {
      const ask = (user: object) =>
        verdict(
          kubeconfig(
            `https://127.0.0.1:${String(port)}/k8s/clusters/c-1`,
            { 'certificate-authority-data': tls.cert.toString('base64') },
            user,
          ),
        );
      assert.equal(await ask({ token: 'right' }), null);
      assert.match((await ask({ token: 'wrong' })) ?? '', /refuses the login of the kubeconfig \(401\)/);
      // A login by a command (EKS) is made later, by the provider.
      assert.equal(await ask({ exec: { command: 'aws' } }), null);
    });
  });
});
