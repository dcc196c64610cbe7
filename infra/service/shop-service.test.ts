import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { CATALOG, CONSOLE_OTLP, serviceEntry, type ServiceName } from '../../services/catalog';
import { Cluster } from '../cluster/cluster';
import { mockEngine, SHOP_ANSWERS, testDigest, type MockedEngine } from '../../test/mocks/engine';
import { workloadOf } from '../../test/mocks/pods';
import { replicasOf } from './replicas';
import { ShopService } from './shop-service';

const IMAGE = `r/shop@${testDigest('services')}`;
const REPLICAS: Partial<Record<ServiceName, number>> = { 'load-generator': 2, 'product-catalog': 3 };

describe('ShopService', () => {
  let engine: MockedEngine;
  before(async () => {
    engine = mockEngine(SHOP_ANSWERS);
    const cluster = new Cluster('cluster', { kubeconfig: 'k', namespace: 'shop' });
    const replicas = { ...replicasOf({}), ...REPLICAS };
    for (const entry of CATALOG) {
      new ShopService(entry, {
        cluster,
        image: IMAGE,
        imagePullSecret: 'image-registry',
        replicas,
        otlpEndpoint: 'http://collector:4318',
        databaseUrls: { shop_app: 'postgres://hunter2', conductor: 'postgres://hunter2' },
        databaseCa: { volume: { name: 'ca' }, mount: { name: 'ca', mountPath: '/ca' } },
        redisUrl: 'redis://hunter3',
        adminToken: 'hunter4',
        cohortKey: 'hunter5',
        knownHosts: ['203.0.113.7'],
        traceLink: 'https://vendor.example/{traceId}',
        coralogix: true,
        releases: { checkout: '1.1.0' },
        exposures: { console: { type: 'nodePort', nodePort: 30_020 } },
      });
    }
    await engine.idle();
  });

  const workload = (name: ServiceName) =>
    engine.named(name === 'load-generator' ? `${name}-statefulset` : `${name}-deployment`);
  const variables = (name: ServiceName) =>
    Object.fromEntries((workloadOf(workload(name)).container.env ?? []).map((entry) => [entry.name, entry]));

  it('runs each service by digest, with probes, limits, an account of its own and the pull secret', () => {
    for (const { name, port } of CATALOG) {
      const { container, serviceAccountName, imagePullSecrets, labels, selector } = workloadOf(
        workload(name),
      );
      assert.equal(container.image, IMAGE, name);
      assert.equal(serviceAccountName, name);
      assert.deepEqual(imagePullSecrets, [{ name: 'image-registry' }]);
      for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe'] as const)
        assert.match(JSON.stringify(container[probe]), probe === 'readinessProbe' ? /readyz/ : /livez/, name);
      for (const kind of ['requests', 'limits'] as const)
        for (const what of ['cpu', 'memory']) assert.ok(container.resources[kind][what], `${name} ${kind}`);
      assert.deepEqual(variables(name).PORT, { name: 'PORT', value: String(port) });
      assert.ok(Object.entries(selector).every(([key, value]) => labels[key] === value));
      assert.equal(labels.app, name, 'what people select by');
      assert.equal(engine.named(`${name}-account`).inputs.automountServiceAccountToken, false);
    }
  });

  it('gives each service the secrets it needs, from a Secret, and no other', () => {
    const WANTED: Record<string, (name: ServiceName) => boolean> = {
      DATABASE_URL: (name) => serviceEntry(name).databaseRole !== null,
      REDIS_URL: (name) => serviceEntry(name).stores.includes('redis'),
      ADMIN_TOKEN: (name) => name === 'load-generator' || name === 'console',
      COHORT_KEY: (name) => name !== 'console',
    };
    for (const { name } of CATALOG) {
      const wanted = Object.keys(WANTED).filter((key) => WANTED[key]?.(name));
      const secret = engine.created.find((resource) => resource.name === `${name}-secret`);
      const found = Object.keys((secret?.inputs.stringData as object | undefined) ?? {});
      assert.deepEqual(found.sort(), wanted.sort(), name);
      if (secret) assert.ok(workload(name).options.dependsOn.includes(secret.name), name);
      for (const key of wanted)
        assert.deepEqual(variables(name)[key]?.valueFrom?.secretKeyRef, { name, key }, name);
      assert.ok(!JSON.stringify(workload(name).inputs).includes('hunter'), name);
    }
  });

  it("tells the load generator's pods their names, not how many they are, and the catalog how many share the pool", () => {
    const load = variables('load-generator');
    assert.equal(load.LOAD_REPLICA?.valueFrom?.fieldRef?.fieldPath, 'metadata.name');
    assert.ok(!Object.values(load).some((variable) => variable.value === '2'));
    assert.equal(variables('product-catalog').POOL_REPLICAS?.value, '3');
    assert.equal(variables('cart').POOL_REPLICAS, undefined);
  });

  it('says of all telemetry which application, pod and node it is from', () => {
    const { env = [] } = workloadOf(workload('cart')).container;
    const attributes = env.find(({ name }) => name === 'OTEL_RESOURCE_ATTRIBUTES')?.value ?? '';
    for (const text of [
      'cx.application.name=ecommerce-platform',
      'cx.subsystem.name=cart',
      'host.name=$(POD_NODE)',
      'host.id=$(POD_NODE)',
      'k8s.deployment.name=cart',
    ])
      assert.ok(attributes.split(',').includes(text), attributes);
    const used = [...attributes.matchAll(/\$\((\w+)\)/g)].map(([, name]) => name);
    assert.deepEqual(new Set(used), new Set(['POD_NAMESPACE', 'POD_NAME', 'POD_UID', 'POD_NODE']));
    // Kubernetes knows only variables that stand before.
    const before = env.slice(
      0,
      env.findIndex(({ name }) => name === 'OTEL_RESOURCE_ATTRIBUTES'),
    );
    for (const name of used)
      assert.ok(
        before.some((entry) => entry.name === name && entry.valueFrom),
        name,
      );
  });

  it('has database attributes of both generations where Coralogix reads them', () => {
    assert.equal(variables('cart').OTEL_SEMCONV_STABILITY_OPT_IN?.value, 'database/dup');
  });

  it("links the console's traces to the vendor, and no other service's", () => {
    assert.equal(variables('console').CONSOLE_TRACE_LINK?.value, 'https://vendor.example/{traceId}');
    assert.equal(variables('cart').CONSOLE_TRACE_LINK, undefined);
  });

  it('never has fewer pods than wanted while they are replaced; of the console, never two', () => {
    assert.deepEqual(workloadOf(workload('product-catalog')).strategy, {
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: 0, maxSurge: 1 },
    });
    assert.equal(workloadOf(workload('console')).strategy?.type, 'Recreate');
  });

  it('may be drained from a node, one pod at a time', () => {
    for (const { name } of CATALOG) {
      const { minAvailable, maxUnavailable } = engine.named(`${name}-budget`).inputs.spec as {
        minAvailable?: number;
        maxUnavailable?: number;
      };
      const replicas = REPLICAS[name] ?? 1;
      const mayGo = maxUnavailable ?? replicas - (minAvailable ?? 0);
      assert.equal(mayGo, 1, name);
    }
  });

  it('takes telemetry inside the cluster only, beside a page that is reached from outside', () => {
    const { type, ports } = engine.named('console-otlp').inputs.spec as {
      type?: string;
      ports: { port: number }[];
    };
    assert.equal(type, undefined);
    assert.deepEqual(
      ports.map(({ port }) => port),
      [CONSOLE_OTLP.port],
    );
    const page = engine.named('console-service').inputs.spec as { ports: unknown[] };
    assert.equal(page.ports.length, 1);
  });

  it('knows the hosts it is called by', () => {
    assert.equal(variables('console').KNOWN_HOSTS?.value, '203.0.113.7');
  });

  it('is reached from outside only where that is wanted', () => {
    for (const { name } of CATALOG) {
      const { type, ports } = engine.named(`${name}-service`).inputs.spec as {
        type: string;
        ports: { nodePort?: number }[];
      };
      assert.equal(type, name === 'console' ? 'NodePort' : 'ClusterIP', name);
      assert.equal(ports[0]?.nodePort, name === 'console' ? 30_020 : undefined, name);
    }
  });
});
