import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import * as pulumi from '@pulumi/pulumi';
import { ownKeys, readKubeconfig, settingsOf } from './config';

const VALID = { target: 'kubeconfig', imageRegistry: 'localhost:5000' };

/** The message of the RunError a config gives. */
function faultOf(config: Record<string, unknown>): string {
  try {
    settingsOf(config);
  } catch (error) {
    assert.ok(pulumi.RunError.isInstance(error), String(error));
    return error.message;
  }
  assert.fail('the config was accepted');
}

describe('stack config', () => {
  it("takes the project's keys only", () => {
    assert.deepEqual(ownKeys({ 'ecommerce-demo:demoMode': 'normal', 'aws:region': 'x' }, 'ecommerce-demo'), {
      demoMode: 'normal',
    });
  });

  it('reads text as `pulumi config set` writes it', () => {
    const settings = settingsOf({
      ...VALID,
      demoMode: 'blackfriday',
      minuteSeconds: '6',
      traffic: '{"scale":"0.5"}',
      nodePorts: '{"shop":31000}',
      replicas: '{"frontend":2}',
    });
    assert.equal(settings.scenario.minuteSeconds, 6);
    assert.equal(settings.scenario.scale, 0.5);
    assert.deepEqual(settings.nodePorts, { shop: 31_000, console: 30_020, postgres: 30_432 });
    assert.equal(settings.replicas.frontend, 2);
  });

  const cases: [name: string, config: Record<string, unknown>, expected: RegExp][] = [
    [
      'a typo in a key',
      { ...VALID, demoMod: 'normal' },
      /demoMod = "normal": unknown key: did you mean `demoMode`/,
    ],
    ['a typo in a value', { ...VALID, demoMode: 'blackfryday' }, /did you mean `blackfriday`/],
    ['a pool of nothing', { ...VALID, pool: { max: 0 } }, /pool\.max = 0: must be a whole number from 1/],
    ['the whole Internet', { operatorCidrs: ['0.0.0.0/0'] }, /operatorCidrs\[0\].*never 0\.0\.0\.0\/0/],
    ['half the Internet', { operatorCidrs: ['128.0.0.0/1'] }, /operatorCidrs\[0\]/],
    [
      'a negative number of rows',
      { ...VALID, catalogRows: '-1' },
      /catalogRows = "-1": must be a whole number/,
    ],
    ['no operatorCidrs on AWS', {}, /operatorCidrs = \(unset\): is missing.*checkip/],
    ['no registry', { target: 'kubeconfig' }, /imageRegistry = \(unset\): is missing/],
    [
      'a port that is none',
      { ...VALID, nodePorts: { shop: 80 } },
      /nodePorts\.shop = 80: must be a port from 30000/,
    ],
    [
      'one port twice',
      { ...VALID, nodePorts: { shop: 30_020 } },
      /nodePorts\.shop = 30020: is `nodePorts\.console`/,
    ],
    ['an unknown target', { ...VALID, target: 'azure' }, /target = "azure": must be `aws` or `kubeconfig`/],
  ];
  for (const [name, config, expected] of cases) {
    it(`refuses ${name}`, () => {
      assert.match(faultOf(config), expected);
    });
  }

  it('tells all faults together, of scenario and deployment', () => {
    const message = faultOf({ demoMode: 'blackfryday', operatorCidrs: ['0.0.0.0/0'], namespace: 'Ä' });
    assert.match(message, /3 faults; nothing was touched/);
    for (const key of ['demoMode', 'operatorCidrs', 'namespace'])
      assert.match(message, new RegExp(`:${key}`));
  });
});

describe('kubeconfig', () => {
  it('is content, or a path from the project', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'kubeconfig-'));
    try {
      writeFileSync(path.join(folder, 'k'), 'apiVersion: v1\n');
      assert.equal(readKubeconfig('k', folder).content, 'apiVersion: v1\n');
      assert.equal(readKubeconfig('apiVersion: v1\nkind: Config', folder).source, 'kubeconfig');
      assert.throws(() => readKubeconfig('missing', folder), /there is no file/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
