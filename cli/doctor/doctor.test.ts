import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { REPOSITORY } from '../../machine/options';
import { closedPort, serving } from '../../test/mocks/servers';
import { runCheck } from '../checks/check';
import { AwsView, checkAwsLogin, checkQuotas } from './aws';
import {
  checkLogin,
  checkPassphrase,
  checkProgramNode,
  checkPulumi,
  checkStackThere,
  EngineView,
} from './engine';
import { readFacts, type StackFacts } from './facts';
import { allowThisMachine, checkOperators } from './operators';
import { checkHostPorts } from './places';
import { judgeStackConfig } from './this-machine';

const FACTS: StackFacts = { faults: [], deployment: {}, target: 'aws', aws: {} };

/** A folder with programs that answer by their arguments: a `case` of the shell. */
function programs(folder: string, answers: Readonly<Record<string, Readonly<Record<string, string>>>>) {
  const bin = path.join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  for (const [name, cases] of Object.entries(answers)) {
    const branches = Object.entries(cases).map(([when, then]) => `"${when}"*) ${then};;`);
    const script = ['#!/bin/sh', 'case "$*" in', ...branches, '*) echo "error: $*" >&2; exit 1;;', 'esac'];
    writeFileSync(path.join(bin, name), `${script.join('\n')}\n`, { mode: 0o700 });
  }
  return { PATH: `${bin}${path.delimiter}/bin${path.delimiter}/usr/bin`, HOME: folder, PULUMI_HOME: folder };
}
const says = (value: unknown) => `echo '${JSON.stringify(value)}'`;

describe('doctor', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'doctor-'));
    for (const file of ['Pulumi.yaml', 'Pulumi.dev.yaml'])
      cpSync(path.join(REPOSITORY, file), path.join(folder, file));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const engineOf = (env: NodeJS.ProcessEnv) => new EngineView('dev', folder, env);

  it('sees an old engine, a login that is missing, a stack that is not there and a wrong passphrase', async () => {
    const env = {
      ...programs(folder, {
        pulumi: {
          version: 'echo v3.100.0',
          'whoami --json': 'echo "error: PULUMI_ACCESS_TOKEN must be set" >&2; exit 255',
          'stack ls': says([{ name: 'other', resourceCount: 3 }]),
        },
      }),
    };
    const engine = engineOf(env);
    assert.match(
      (await checkPulumi(engine, folder)).figures,
      /^3\.100\.0, and the project needs 3\.\d+\.\d+$/,
    );
    assert.match(
      (await runCheck('pulumi-login', () => checkLogin(engine))).figures,
      /PULUMI_ACCESS_TOKEN must be set/,
    );
    const there = await checkStackThere(engine);
    assert.deepEqual([there.state, there.remedy], ['failed', 'pulumi stack init dev']);

    const wrong = {
      ...programs(folder, {
        pulumi: {
          'whoami --json': says({ user: 'me', url: 'file:///state' }),
          'config ': says({}),
          'stack output': 'echo "error: getting secrets manager: incorrect passphrase" >&2; exit 255',
        },
      }),
    };
    assert.equal(
      (await checkPassphrase(engineOf(wrong), wrong)).figures,
      'PULUMI_CONFIG_PASSPHRASE is not set',
    );
    const set = { ...wrong, PULUMI_CONFIG_PASSPHRASE: 'x' };
    const found = await checkPassphrase(engineOf(set), set);
    assert.deepEqual(
      [found.state, found.figures],
      ['failed', 'getting secrets manager: incorrect passphrase'],
    );
  });

  it('looks at the Node of the PATH, not at the one npm puts first', async () => {
    const env = programs(folder, { node: { '--version': 'echo v20.20.2' } });
    const npms = path.join(REPOSITORY, 'node_modules', '.bin');
    const found = await checkProgramNode({ ...env, PATH: `${npms}${path.delimiter}${env.PATH}` });
    assert.equal(found.state, 'failed');
    assert.match(`${found.figures} ${found.remedy ?? ''}`, /v20\.20\.2.*22\.19 or newer.*export PATH=/);
    const newer = programs(folder, { node: { '--version': 'echo v24.1.0' } });
    assert.equal((await checkProgramNode(newer)).state, 'ok');
  });

  it('needs no passphrase where the back end keeps the key, and asks no engine that is missing', async () => {
    const env = programs(folder, { pulumi: { 'whoami --json': says({ url: 'https://app.pulumi.com/me' }) } });
    assert.equal((await checkPassphrase(engineOf(env), env)).state, 'skipped');
    const none = { PATH: '/nowhere', PULUMI_HOME: '/nowhere' };
    assert.equal((await checkLogin(engineOf(none))).state, 'skipped');
    const missing = await runCheck('pulumi-cli', () => checkPulumi(engineOf(none), folder));
    assert.deepEqual([missing.state, missing.remedy?.startsWith('curl -fsSL')], ['failed', true]);
  });

  it('reads the config as the engine tells it, secrets included, and says what is wrong with it', async () => {
    const value = (text: string) => ({ value: text, secret: false });
    const env = programs(folder, {
      pulumi: {
        'config --show-secrets': says({
          'ecommerce-demo:target': value('kubeconfig'),
          'ecommerce-demo:imagePullSecret': value('{"username":"me","password":"p"}'),
          'ecommerce-demo:region': value('eu-west-1'),
          'aws:allowedAccountIds': value('["1"]'),
        }),
      },
    });
    const facts = await readFacts(engineOf(env), folder);
    assert.equal(facts.target, 'kubeconfig');
    assert.deepEqual(facts.deployment.imagePullSecret, { username: 'me', password: 'p' });
    assert.deepEqual(facts.aws, { allowedAccountIds: '["1"]' });
    const { state, figures } = judgeStackConfig(facts, 'dev');
    assert.equal(state, 'failed');
    assert.match(figures, /imageRegistry: is missing.*|region: belongs to/);
  });

  it('finds another account than the stack allows, and no credentials at all', async () => {
    const caller = { Account: '222222222222', Arn: 'arn:aws:iam::222222222222:user/me' };
    const env = programs(folder, { aws: { 'sts get-caller-identity': says(caller) } });
    const login = (aws: StackFacts['aws']) =>
      checkAwsLogin(new AwsView({ ...FACTS, aws }, env), { aws }, env);
    assert.match((await login({ region: 'eu-west-1' })).figures, /account 222222222222, region eu-west-1/);
    assert.equal((await login({ allowedAccountIds: '["111111111111"]' })).state, 'failed');
    const bare = { PATH: '/nowhere', HOME: path.join(folder, 'nobody') };
    const none = await checkAwsLogin(new AwsView(FACTS, bare), FACTS, bare);
    assert.deepEqual([none.state, none.figures], ['failed', 'there are no AWS credentials here']);
  });

  it('counts what runs against the quotas, and says the command that raises the one without room', async () => {
    const instance = (InstanceType: string, CoreCount: number, more = {}) => ({
      InstanceType,
      CpuOptions: { CoreCount, ThreadsPerCore: 2 },
      ...more,
    });
    const env = programs(folder, {
      aws: {
        'sts get-caller-identity': says({ Account: '1' }),
        'ec2 describe-instance-types': says({ InstanceTypes: [{ VCpuInfo: { DefaultVCpus: 4 } }] }),
        'ec2 describe-instances': says({
          Reservations: [
            {
              Instances: [
                instance('m5.xlarge', 14),
                instance('p5.48xlarge', 96),
                instance('t3.large', 8, { InstanceLifecycle: 'spot' }),
              ],
            },
          ],
        }),
        'ec2 describe-addresses': says({ Addresses: [{}, {}] }),
        'ec2 describe-vpcs': says({ Vpcs: [{}] }),
        'service-quotas get-service-quota --service-code ec2 --quota-code L-1216C47A': says({
          Quota: { Value: 32 },
        }),
        'service-quotas get-service-quota --service-code ec2 --quota-code L-0263D0A3': says({
          Quota: { Value: 5 },
        }),
        'service-quotas get-service-quota --service-code vpc': 'echo "AccessDeniedException" >&2; exit 254',
      },
    });
    const quotas = (deployment: StackFacts['deployment']) => {
      const facts = { ...FACTS, deployment: { region: 'eu-west-1', ...deployment } };
      return checkQuotas(new AwsView(facts, env), facts);
    };
    const enough = await quotas({});
    assert.equal(
      enough.figures,
      'vCPUs: 4 wanted, 28 of 32 in use; addresses: 1 wanted, 2 of 5 in use; VPCs: cannot be looked up (AccessDeniedException)',
    );
    assert.equal(enough.state, 'ok');
    const short = await quotas({ agents: 1 });
    assert.equal(short.state, 'failed');
    assert.equal(
      short.remedy,
      'aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-1216C47A --desired-value 36 --region eu-west-1',
    );
  });

  it('lets this machine in by --fix, once, and keeps every comment', async () => {
    const config = { projectDir: folder, stack: 'dev' };
    const file = path.join(folder, 'Pulumi.dev.yaml');
    const before = readFileSync(file, 'utf8');
    const internet = createHttpServer((_request, response) => response.end('203.0.113.7\n'));
    await serving(internet, async (port) => {
      const service = `http://127.0.0.1:${String(port)}`;
      const engine = engineOf({ PATH: '/nowhere', PULUMI_HOME: '/nowhere' });
      const first = await checkOperators(FACTS, service);
      assert.equal(first.state, 'failed');
      assert.match(first.remedy ?? '', /^pulumi config set --path 'operatorCidrs\[0\]' 203\.0\.113\.7\/32/);
      const said = await allowThisMachine(config, await readFacts(engine, folder), service);
      assert.equal(said, 'Pulumi.dev.yaml: operatorCidrs has 203.0.113.7/32 now');
      const facts = await readFacts(engine, folder);
      assert.deepEqual(facts.deployment.operatorCidrs, ['203.0.113.7/32']);
      assert.equal((await checkOperators(facts, service)).state, 'ok');
      assert.equal(await allowThisMachine(config, facts, service), null);
    });
    const comments = (text: string) => text.split('\n').filter((line) => line.trim().startsWith('#'));
    assert.deepEqual(comments(readFileSync(file, 'utf8')), comments(before));
  });

  it('knocks at the ports of what is deployed', async () => {
    const closed = await closedPort();
    const console = createServer();
    await serving(console, async () => {
      const { port } = console.address() as AddressInfo;
      const outputs = {
        shopUrl: `http://127.0.0.1:${String(port)}`,
        consoleUrl: `http://127.0.0.1:${String(port)}`,
        conductorDatabase: { host: '127.0.0.1', port: closed },
      };
      const found = await checkHostPorts(FACTS, outputs);
      assert.equal(found.state, 'failed');
      assert.match(
        found.figures,
        new RegExp(`^PostgreSQL 127\\.0\\.0\\.1:${String(closed)}: .*ECONNREFUSED`),
      );
      assert.equal((await checkHostPorts(FACTS, { ...outputs, conductorDatabase: null })).state, 'ok');
    });
    assert.equal((await checkHostPorts(FACTS, null)).state, 'skipped');
  });
});
