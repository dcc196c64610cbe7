import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { acceptedKeys, deploymentFaults, KEYS_OF_TARGET } from '../../scenario/config/deployment';
import { parseStackConfig } from '../../scenario/config/config-file';
import { repositoryDir } from '../harness';

const read = (file: string) => readFileSync(path.join(repositoryDir, file), 'utf8');
const dev = read('Pulumi.dev.yaml');
const [, deployment = ''] = dev.split('# --- A deployment on AWS');

/** The section with its keys in force: what a reader who takes every comment sign away would have. */
function uncommented(): string {
  const lines = deployment
    .split('\n')
    .flatMap(
      (line) => /^ {2}# ((?:ecommerce-demo|aws):\w+:.*| {2}(?:- \S+|\w+: \S.*))$/.exec(line)?.[1] ?? [],
    );
  return `config:\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

describe('Pulumi.dev.yaml', () => {
  it('shows every key of a deployment on AWS, each with the command that fills it, and all of them are right', () => {
    const { values } = parseStackConfig(uncommented(), 'Pulumi.dev.yaml');
    const missing = KEYS_OF_TARGET.aws.filter((key) => values[key] === undefined);
    assert.deepEqual(missing, []);
    for (const key of [...Object.keys(values), 'aws:profile', 'aws:region', 'aws:allowedAccountIds'])
      assert.match(deployment, new RegExp(`pulumi config set [^\\n;]*\\b${key}\\b`), key);
    // A zone or a subnet, as the file says: not both.
    const { availabilityZone, ...others } = values;
    assert.ok(availabilityZone);
    assert.deepEqual(deploymentFaults(others), []);
    assert.equal(Object.keys(acceptedKeys(values)).length, Object.keys(values).length);
  });

  it('leaves all of it to the reader', () => {
    const { config } = parse(dev) as { config: object };
    assert.deepEqual(Object.keys(config), ['ecommerce-demo:demoMode']);
  });
});

it('no stack file that git tracks has an address, a secret or a salt of anybody', () => {
  const files = execFileSync('git', ['ls-files', 'Pulumi.*.yaml'], { cwd: repositoryDir, encoding: 'utf8' });
  const tracked = files.split('\n').filter(Boolean);
  assert.ok(tracked.includes('Pulumi.dev.yaml'));
  for (const file of tracked) {
    assert.doesNotMatch(read(file), /^\s*(encryptionsalt|encryptedkey|secretsprovider|secure):/m, file);
    assert.deepEqual(
      Object.keys((parse(read(file)) as { config: object }).config).filter((key) =>
        /operatorCidrs|^aws:|coralogix|otlp|imagePullSecret|kubeconfig$/.test(key),
      ),
      [],
      file,
    );
  }
});
