import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as pulumi from '@pulumi/pulumi';
import { keysOfNamespace } from '../scenario/config/config-file';
import { settingsOf } from './config';

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
    assert.deepEqual(
      keysOfNamespace({ 'ecommerce-demo:demoMode': 'normal', 'aws:region': 'x' }, 'ecommerce-demo'),
      {
        demoMode: 'normal',
      },
    );
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

  it('repeats neither login nor query of an address that it refuses', () => {
    for (const config of [
      { imageRegistry: 'https://me:hunter2@ghcr.io/me' },
      { otlp: { endpoint: 'https://me:hunter2@otlp.example.com' } },
      { otlp: { endpoint: 'https://otlp.example.com/v1/traces?token=hunter2' } },
    ])
      assert.doesNotMatch(faultOf({ ...VALID, ...config }), /hunter2/, JSON.stringify(config));
  });

  it('takes addresses in the forms that people paste', () => {
    const { deployment } = settingsOf({
      target: 'kubeconfig',
      imageRegistry: 'https://GHCR.io/Me/',
      postgresAccess: { type: 'loadBalancer', host: '[2001:DB8::1]', sourceRanges: ['203.0.113.7/24'] },
      images: { redis: 'https://mirror.example.com/redis:7' },
      otlp: { endpoint: 'https://otlp.example.com/v1/traces' },
      coralogix: { domain: 'https://ingress.EU2.coralogix.com:443' },
    });
    assert.equal(deployment.imageRegistry, 'ghcr.io/me');
    assert.deepEqual(deployment.postgresAccess, {
      type: 'loadBalancer',
      host: '2001:db8::1',
      sourceRanges: ['203.0.113.0/24'],
    });
    assert.equal(deployment.images?.redis, 'mirror.example.com/redis:7');
    assert.equal(deployment.otlp?.endpoint, 'https://otlp.example.com');
    assert.equal(deployment.coralogix?.domain, 'eu2.coralogix.com');
    assert.deepEqual(
      settingsOf({ operatorCidrs: '["203.0.113.7/24","[2001:db8:0::7]/48"]' }).host?.operatorCidrs,
      ['203.0.113.0/24', '2001:db8::/48'],
    );
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
    ['a tag', { ...VALID, imageRegistry: 'ghcr.io/me/x:1' }, /no tag.*\(.*itself: ghcr\.io\/me\/x\)/],
    [
      'an end point without a scheme',
      { ...VALID, otlp: { endpoint: 'otlp.example.com:4318' } },
      /otlp\.endpoint.*no scheme: https:\/\/otlp\.example\.com:4318/,
    ],
    [
      'a port of a node',
      { ...VALID, postgresAccess: { host: 'https://node.example.com:6443' } },
      /postgresAccess\.host.*the host alone: node\.example\.com/,
    ],
    ['one address', { operatorCidrs: ['203.0.113.7'] }, /one address is 203\.0\.113\.7\/32/],
    [
      'a header that would break the request, without repeating it',
      { ...VALID, otlp: { endpoint: 'https://otlp.example.com', headers: { Authorization: 'a\nhunter2' } } },
      /^(?![^]*hunter2)[^]*otlp\.headers\.Authorization = \[secret\].*line end/,
    ],
    [
      'a name that no header has',
      { ...VALID, otlp: { endpoint: 'https://otlp.example.com', headers: { 'Authorization: Bearer': 'x' } } },
      /otlp\.headers/,
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
