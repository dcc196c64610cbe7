import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { SERVICE_NAMES } from '../../services/catalog';
import { Cluster } from '../cluster/cluster';
import { mockEngine, SHOP_ANSWERS, type MockedEngine } from '../../test/mocks/engine';
import { Network, portOf } from './network';

describe('Network', () => {
  let engine: MockedEngine;
  before(async () => {
    engine = mockEngine(SHOP_ANSWERS);
    const cluster = new Cluster('cluster', { kubeconfig: 'k', namespace: 'shop' });
    new Network('network', { cluster, vendorUrls: ['https://otlp.example.com:4318', 'https://ingress.x'] });
    await engine.idle();
  });

  it('is one policy for each workload, one for names, and one that denies the rest', () => {
    const names = engine
      .all('kubernetes:networking.k8s.io/v1:NetworkPolicy')
      .map(({ inputs }) => (inputs.metadata as { name: string }).name);
    const workloads = [...SERVICE_NAMES, 'postgresql', 'redis', 'collector', 'setup'];
    assert.deepEqual(names.sort(), ['deny-all', 'allow-dns', ...workloads].sort());
    for (const { options, name } of engine.all('kubernetes:networking.k8s.io/v1:NetworkPolicy'))
      assert.equal(options.deletedWith, 'cluster-namespace', name);
  });

  it("opens the back ends' ports for the collector alone", () => {
    const open = engine.all('kubernetes:networking.k8s.io/v1:NetworkPolicy').flatMap(({ inputs }) => {
      const { egress = [] } = inputs.spec as {
        egress?: { to?: { ipBlock?: object }[]; ports: { port: number }[] }[];
      };
      return egress
        .filter(({ to = [] }) => to.some(({ ipBlock }) => ipBlock !== undefined))
        .flatMap(({ ports }) =>
          ports.map(({ port }) => `${(inputs.metadata as { name: string }).name}:${port}`),
        );
    });
    assert.deepEqual(open.sort(), ['collector:4318', 'collector:443']);
    assert.equal(portOf('http://plain.example'), 80);
  });
});
