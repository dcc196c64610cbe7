import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Cluster } from '../cluster/cluster';
import { mockEngine, SHOP_ANSWERS, testDigest, type MockedEngine } from '../../test/mocks/engine';
import { workloadOf } from '../../test/mocks/pods';
import { Collector } from './collector';

const IMAGE = `otel/collector@${testDigest('collector')}`;

describe('Collector', () => {
  let engine: MockedEngine;
  before(async () => {
    engine = mockEngine(SHOP_ANSWERS);
    const cluster = new Cluster('cluster', { kubeconfig: 'k', namespace: 'shop' });
    new Collector('alone', { cluster, image: IMAGE });
    const withKey = (privateKey: string) => ({
      cluster,
      image: IMAGE,
      imagePullSecret: 'image-registry',
      otlp: { endpoint: 'https://otlp.example.com', headers: { authorization: 'Bearer hunter2' } },
      coralogix: { domain: 'eu2.coralogix.com', privateKey, spanMetrics: true },
    });
    new Collector('vendor', withKey('cxtp_hunter3'));
    new Collector('mended', withKey('cxtp_hunter4'));
    await engine.idle();
  });

  it('has its keys in a Secret, and nowhere else', () => {
    const { inputs, secrets } = engine.named('vendor-secret');
    assert.deepEqual(secrets, ['stringData']);
    const values = Object.values(inputs.stringData as Record<string, string>);
    assert.deepEqual(values.sort(), ['Bearer hunter2', 'cxtp_hunter3']);
    const others = engine.created.filter(({ name }) => !['vendor-secret', 'mended-secret'].includes(name));
    assert.ok(!JSON.stringify(others).includes('hunter'));
    const { container, imagePullSecrets } = workloadOf(engine.named('vendor-deployment'));
    assert.deepEqual(imagePullSecrets, [{ name: 'image-registry' }]);
    const { name } = inputs.metadata as { name: string };
    assert.deepEqual(container.envFrom, [{ secretRef: { name } }]);
    const { 'config.yaml': config } = engine.named('vendor-config').inputs.data as Record<string, string>;
    for (const variable of Object.keys(inputs.stringData as object))
      assert.ok(config?.includes(`\${env:${variable}}`), variable);
  });

  it('has no Secret where there is nothing to keep', () => {
    assert.ok(!engine.created.some(({ name }) => name === 'alone-secret'));
    assert.equal(workloadOf(engine.named('alone-deployment')).container.envFrom, undefined);
  });

  it('gets new pods with a new configuration: its name follows its content', () => {
    const name = (config: string) => (engine.named(config).inputs.metadata as { name: string }).name;
    assert.notEqual(name('alone-config'), name('vendor-config'));
    assert.equal(engine.named('alone-config').inputs.immutable, true);
    const spec = JSON.stringify(engine.named('alone-deployment').inputs.spec);
    assert.ok(spec.includes(`"configMap":{"name":"${name('alone-config')}"}`), spec);
  });

  it('gets new pods with a new key, though its configuration is the same', () => {
    const pods = (name: string) => engine.named(`${name}-deployment`).inputs.spec;
    assert.deepEqual(engine.named('mended-config').inputs, engine.named('vendor-config').inputs);
    assert.notDeepEqual(pods('mended'), pods('vendor'));
  });

  it('runs by digest, and listens before it is ready', () => {
    const { container } = workloadOf(engine.named('alone-deployment'));
    assert.equal(container.image, IMAGE);
    assert.match(JSON.stringify(container.readinessProbe), /otlp-http/);
    assert.deepEqual(container.args, ['--config', '/etc/otelcol/config.yaml']);
  });
});
