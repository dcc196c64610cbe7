/** What docs/from-your-documents.md says of `kubectl` and of addresses in the cluster, held against the program's objects. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { CATALOG } from '../../services/catalog';
import { manifestsOf, runProgram, type Manifest } from './program';

const page = readFileSync(path.join(__dirname, '..', '..', '..', 'docs', 'from-your-documents.md'), 'utf8');

interface ServiceSpec {
  ports: { port: number }[];
}
interface WorkloadSpec {
  template: { metadata: { labels: Record<string, string> }; spec: { containers: { name: string }[] } };
}
const WORKLOADS = ['Deployment', 'StatefulSet', 'Job'];

describe('kubectl, as the documents type it', () => {
  let manifests: readonly Manifest[];
  let names: ReadonlySet<string>;
  before(async () => {
    manifests = manifestsOf(await runProgram({}));
    names = new Set(manifests.map(({ kind, metadata }) => `${kind.toLowerCase()}/${String(metadata.name)}`));
  });
  const workloads = () => manifests.filter(({ kind }) => WORKLOADS.includes(kind));
  const templateOf = ({ object }: Manifest) => (object.spec as WorkloadSpec).template;

  it('selects every pod and every Service by the label app (-l app=load-generator)', () => {
    const services = new Set(CATALOG.map(({ name }) => name));
    const selected = workloads().map((workload) => templateOf(workload).metadata.labels.app ?? '');
    for (const name of services) assert.ok(selected.includes(name), name);
    assert.ok(!selected.includes(''));
    for (const { kind, metadata } of manifests.filter((manifest) => manifest.kind === 'Service'))
      assert.ok((metadata.labels as Record<string, string>).app, `${kind} ${String(metadata.name)}`);
  });

  it('names workloads that there are, with their kinds', () => {
    const named = [...page.matchAll(/\b(?:deployment|statefulset)\/[a-z-]+/g)].map(([name]) => name);
    assert.ok(named.length > 3);
    for (const name of named) assert.ok(names.has(name), name);
    // `kubectl exec statefulset/x -- command` runs in the only container.
    for (const workload of workloads())
      assert.equal(templateOf(workload).spec.containers.length, 1, workload.resource);
  });

  it('reaches the services at the addresses of the page', () => {
    const section = page.split('\n## Addresses\n')[1]?.split('\n## ')[0] ?? '';
    const rows = [...section.matchAll(/^\| (.+?) +\| (.+?) +\|$/gm)].slice(1);
    const addresses = rows.flatMap(([, there = '', here = '']) => [
      ...(here.startsWith('as there') ? there : here).matchAll(/`http:\/\/([a-z-]+):(\d+)`/g),
    ]);
    assert.ok(addresses.length >= 9, String(addresses.length));
    for (const [, name, port] of addresses) {
      const service = manifests.find(({ kind, metadata }) => kind === 'Service' && metadata.name === name);
      const ports = (service?.object.spec as ServiceSpec | undefined)?.ports.map((entry) => entry.port) ?? [];
      assert.ok(ports.includes(Number(port)), `http://${name ?? ''}:${port ?? ''}: ${ports.join()}`);
    }
  });
});
