import assert from 'node:assert/strict';
import { it } from 'node:test';
import { stringify } from 'yaml';
import { testProxy, withEnvironment } from '../../test/mocks/proxy';
import { closedPort, serving } from '../../test/mocks/servers';
import { ClusterAccess } from './cluster';

const kubeconfig = (server: string) =>
  stringify({
    'current-context': 'demo',
    contexts: [{ name: 'demo', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user: { token: 't' } }],
  });

it('a cluster is reached by the proxy of the environment, as kubectl does; one of this machine is not', async () => {
  const client = await import('@kubernetes/client-node');
  const nobody = await closedPort();
  const { server, asked } = testProxy(() => nobody);
  await serving(server, (proxyPort) =>
    withEnvironment({ HTTPS_PROXY: `http://127.0.0.1:${String(proxyPort)}` }, async () => {
      const instances = (url: string) => new ClusterAccess(client, kubeconfig(url), null, 'shop').instances();
      await assert.rejects(instances(`https://127.0.0.1:${String(nobody)}`));
      assert.deepEqual(asked, []);
      await assert.rejects(instances('https://api.example:6443'));
      assert.equal(asked[0], 'CONNECT api.example:6443');
    }),
  );
});
