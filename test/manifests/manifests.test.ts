import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ResourceValidationArgs } from '@pulumi/policy';
import type { CreatedResource } from '../mocks/engine';
import { POLICIES } from '../../policy/policies';
import { manifestsOf, runProgram, toYaml, type Manifest } from './program';
import { writeSchemas } from './schemas';

/** A stack with everything that config can add. */
const EVERYTHING = {
  demoMode: 'blackfriday',
  imagePullSecret: '{"username":"me","password":"hunter2"}',
  otlp: '{"endpoint":"https://otlp.example.com:4318","headers":{"authorization":"Bearer hunter2"}}',
  coralogix: '{"domain":"eu2.coralogix.com","privateKey":"hunter2"}',
  links: '{"trace":"https://vendor.example/{traceId}"}',
  storageClass: 'fast',
  replicas: '{"frontend":2,"load-generator":3,"product-catalog":2}',
};
const STACKS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'with defaults': {},
  'with everything': EVERYTHING,
  'behind load balancers': { postgresAccess: '{"type":"loadBalancer","sourceRanges":["203.0.113.0/24"]}' },
};

/** Findings that no object of this program can avoid, with the reason. */
const KUBE_SCORE_ALL = {
  'container-image-pull-policy':
    'images are named by digest: what is there is the right one, and a parked host starts without its registry',
};
const CHECKOV_ALL = {
  CKV_K8S_35:
    'services read their one address with its password from the environment, as their images document it; the Secret is still one',
};

const NO_SCHEMAS =
  'its schemas cannot be downloaded; KUBERNETES_OPENAPI=FILE of `kubectl get --raw /openapi/v2` does without';
/** Seen once, for which kubeconform tries each schema for a minute. */
let noSchemas = false;

/** Why a judge cannot be asked here; null when it can. */
function missing(tool: string): string | false {
  const found = (process.env.PATH ?? '')
    .split(path.delimiter)
    .some((folder) => existsSync(path.join(folder, tool)));
  return found ? false : `${tool} is not on PATH (docs/deploy.md, "For developers")`;
}

for (const [title, config] of Object.entries(STACKS)) {
  describe(`the manifests of a stack ${title}`, () => {
    let folder: string;
    let file: string;
    let resources: readonly CreatedResource[];
    let manifests: readonly Manifest[];
    before(async () => {
      folder = mkdtempSync(path.join(tmpdir(), 'manifests-'));
      file = path.join(folder, 'all.yaml');
      resources = await runProgram(config);
      manifests = manifestsOf(resources);
      writeFileSync(file, toYaml(manifests));
    });
    after(() => {
      rmSync(folder, { recursive: true });
    });

    it('are those of every workload', () => {
      const kinds = manifests.map(({ kind }) => kind);
      const count = (kind: string) => kinds.filter((candidate) => candidate === kind).length;
      // Twelve services, the console and the collector; of the load generator, PostgreSQL and Redis, StatefulSets.
      assert.deepEqual([count('Deployment'), count('StatefulSet'), count('Job')], [13, 3, 1]);
      assert.equal(count('PodDisruptionBudget'), 16);
      assert.equal(count('Namespace'), 1);
    });

    it('are accepted by the policy pack, as are all other resources', () => {
      const violations = resources.flatMap(({ type, name, inputs }) =>
        POLICIES.flatMap(({ name: policy, validateResource }) => {
          const found: string[] = [];
          assert.ok(typeof validateResource === 'function');
          const args = { type, name, props: inputs, urn: name } as unknown as ResourceValidationArgs;
          void validateResource(args, (message) => found.push(`${name}: ${policy}: ${message}`));
          return found;
        }),
      );
      assert.deepEqual(violations, []);
    });

    it('have no secret in plain but in Secrets', () => {
      for (const { resource, kind, object } of manifests) {
        const text = JSON.stringify(object);
        if (kind !== 'Secret') assert.ok(!/secret-of-|hunter2|key-of-/.test(text), resource);
      }
      for (const { name, secrets, type } of resources) {
        if (type === 'kubernetes:core/v1:Secret')
          assert.ok(
            secrets.some((key) => key.startsWith('stringData')),
            name,
          );
      }
    });

    it('give no two objects one name', () => {
      const names = manifests.map(({ kind, metadata }) => `${kind}/${String(metadata.name)}`);
      assert.equal(new Set(names).size, names.length);
    });

    it('satisfy kubeconform', { skip: missing('kubeconform') }, (context) => {
      const openApi = process.env.KUBERNETES_OPENAPI;
      if (noSchemas) {
        context.skip(NO_SCHEMAS);
        return;
      }
      const schemas = openApi === undefined ? 'default' : writeSchemas(openApi, path.join(folder, 'schemas'));
      const { stdout, status } = spawnSync(
        'kubeconform',
        ['-strict', '-summary', '-schema-location', schemas, file],
        {
          encoding: 'utf8',
        },
      );
      if (openApi === undefined && /failed downloading schema|no such host/.test(stdout)) {
        noSchemas = true;
        context.skip(NO_SCHEMAS);
        return;
      }
      assert.equal(status, 0, stdout);
      assert.match(
        stdout,
        new RegExp(`Valid: ${String(manifests.length)}, Invalid: 0, Errors: 0, Skipped: 0`),
      );
    });

    it('have no critical finding of kube-score', { skip: missing('kube-score') }, () => {
      const ignored = Object.keys(KUBE_SCORE_ALL).flatMap((id) => ['--ignore-test', id]);
      const { stdout } = spawnSync('kube-score', ['score', file, '--output-format', 'json', ...ignored], {
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
      });
      const objects = JSON.parse(stdout) as {
        object_name: string;
        checks: { check: { id: string }; grade: number; skipped: boolean }[];
      }[];
      const CRITICAL = 1;
      const findings = objects.flatMap(({ object_name: name, checks }) =>
        checks
          .filter(({ grade, skipped }) => grade === CRITICAL && !skipped)
          .map(({ check }) => `${name}: ${check.id}`),
      );
      assert.ok(objects.length > 40);
      assert.deepEqual(findings, []);
    });

    // It takes half a minute: once, of the stack that has everything.
    const checkov = config === EVERYTHING ? missing('checkov') : 'asked of the stack with everything';
    it('have no finding of checkov', { skip: checkov }, () => {
      const output = path.join(folder, 'checkov');
      // Ends with 1 where it finds something.
      spawnSync(
        'checkov',
        // prettier-ignore
        ['--file', file, '--framework', 'kubernetes', '--quiet', '--compact', '--output', 'json',
          '--output-file-path', output, '--skip-check', Object.keys(CHECKOV_ALL).join(',')],
        { stdio: 'ignore' },
      );
      const { results, summary } = JSON.parse(
        readFileSync(path.join(output, 'results_json.json'), 'utf8'),
      ) as {
        results: { failed_checks: { check_id: string; resource: string }[] };
        summary: { passed: number };
      };
      assert.ok(summary.passed > 500, `only ${String(summary.passed)} checks passed`);
      assert.deepEqual(
        results.failed_checks.map(({ check_id: id, resource }) => `${resource}: ${id}`),
        [],
      );
    });
  });
}
