import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CATALOG, CONSOLE_OTLP, SERVICE_NAMES, serviceEntry } from '../../services/catalog';
import { allowedFlows, policySpecs } from './policies';

interface Rule {
  from?: { podSelector?: { matchLabels?: Record<string, string> } }[];
  to?: { podSelector?: { matchLabels?: Record<string, string> } }[];
  ports?: { port?: number; protocol?: string }[];
}
interface Spec {
  podSelector: { matchLabels?: Record<string, string> };
  policyTypes: string[];
  ingress?: Rule[];
  egress?: Rule[];
}

const specs = Object.values(policySpecs(allowedFlows([443]))) as unknown as Spec[];

/** Kubernetes' semantics: a pod that any policy selects may do only what some policy that selects it allows. */
function allows(direction: 'ingress' | 'egress', pod: string, peer: string, port: number): boolean {
  const type = direction === 'ingress' ? 'Ingress' : 'Egress';
  const selects = (selector: { matchLabels?: Record<string, string> } | undefined, name: string): boolean =>
    Object.entries(selector?.matchLabels ?? {}).every(
      ([label, value]) => label === 'app.kubernetes.io/name' && value === name,
    );
  const applicable = specs.filter(
    (spec) => spec.policyTypes.includes(type) && selects(spec.podSelector, pod),
  );
  if (applicable.length === 0) return true;
  return applicable.some((spec) =>
    (spec[direction] ?? []).some((rule) => {
      const peers = direction === 'ingress' ? rule.from : rule.to;
      const peerFits =
        peers === undefined || peers.some((entry) => entry.podSelector && selects(entry.podSelector, peer));
      const portFits = rule.ports === undefined || rule.ports.some((entry) => entry.port === port);
      return peerFits && portFits;
    }),
  );
}

const mayTalk = (from: string, to: string, port: number): boolean =>
  allows('egress', from, to, port) && allows('ingress', to, from, port);

describe('network policies', () => {
  it("allow each of the catalog's edges", () => {
    for (const { name, calls, mayCall, stores } of CATALOG) {
      for (const callee of [...calls, ...mayCall])
        assert.ok(mayTalk(name, callee, serviceEntry(callee).port), `${name} -> ${callee}`);
      if (stores.includes('postgresql'))
        assert.ok(mayTalk(name, 'postgresql', 5432), `${name} -> postgresql`);
      if (stores.includes('redis')) assert.ok(mayTalk(name, 'redis', 6379), `${name} -> redis`);
      assert.ok(mayTalk(name, 'collector', 4318), `${name} -> collector`);
    }
    assert.ok(mayTalk('collector', 'console', CONSOLE_OTLP.port));
    assert.ok(mayTalk('setup', 'postgresql', 5432));
  });

  it('allow no call that is no edge, but to what is exposed to everybody', () => {
    for (const from of SERVICE_NAMES) {
      for (const to of SERVICE_NAMES) {
        const { calls, mayCall } = serviceEntry(from);
        if (from === to || calls.includes(to) || mayCall.includes(to)) continue;
        assert.equal(mayTalk(from, to, serviceEntry(to).port), false, `${from} -> ${to}`);
      }
    }
  });

  it('let the collector alone write telemetry to the console', () => {
    for (const from of [...SERVICE_NAMES, 'setup', 'postgresql', 'redis', 'anybody'])
      assert.equal(allows('ingress', 'console', from, CONSOLE_OTLP.port), false, from);
    assert.equal(mayTalk('collector', 'console', serviceEntry('console').port), false);
  });

  it('keep services without a store from the stores', () => {
    for (const { name, stores } of CATALOG) {
      if (!stores.includes('postgresql')) assert.equal(mayTalk(name, 'postgresql', 5432), false, name);
      if (!stores.includes('redis')) assert.equal(mayTalk(name, 'redis', 6379), false, name);
    }
  });

  it('let each pod ask for names, and none but the collector out', () => {
    for (const name of SERVICE_NAMES) {
      assert.ok(allows('egress', name, 'kube-dns', 53), name);
      assert.equal(allows('egress', name, 'anything', 443), false, name);
    }
  });
});
