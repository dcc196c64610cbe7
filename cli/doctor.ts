import { allOk, failed, runCheck, showChecks, skipped, type CheckResult } from './checks/check';
import { AwsView, checkAwsLogin, checkQuotas } from './doctor/aws';
import {
  checkLogin,
  checkPassphrase,
  checkProgramNode,
  checkPulumi,
  checkStackThere,
  EngineView,
} from './doctor/engine';
import { readFacts, type StackFacts } from './doctor/facts';
import { allowThisMachine, checkOperators } from './doctor/operators';
import { checkDocker, checkHostPorts, checkKubeconfig, checkRegistry } from './doctor/places';
import { checkNode, checkPorts, checkStackFile, judgeStackConfig } from './doctor/this-machine';
import { at } from '../machine/json';
import { runCommand } from '../machine/command';
import { EXIT, messageOf } from '../machine/errors';
import { dataFolderOption, flag, REPOSITORY, command, type OptionsOf } from '../machine/options';
import { printableJson } from '../machine/printable';
import { errorOutput, standardOutput, type Output } from '../machine/terminal';
import { stackOption } from './target/target-options';

const DOCTOR = command({
  name: 'doctor',
  about:
    'Looks whether everything is there that npm start, or pulumi up of a stack, needs. It changes nothing without --fix.',
  options: {
    stack: stackOption({
      help: 'look at what pulumi up of this stack needs',
      otherwise: 'at what npm start needs',
      fallback: null,
    }),
    dataDir: dataFolderOption('data folder of the local shop'),
    fix: flag("set what is safe: this machine's public address in operatorCidrs of the stack's file"),
    json: flag('the result as JSON on standard output'),
  },
  notes: `Each check that fails names the command that repairs it, and where docs/troubleshooting.md has more. AWS is
asked by the AWS CLI, with the stack's own profile and region, where there is one.

Exit codes: 0 all is there, 1 something is missing, 2 bad options.`,
});
type DoctorOptions = OptionsOf<typeof DOCTOR>;

async function main(options: DoctorOptions): Promise<number> {
  const { stack } = options;
  const output: Output = options.json ? errorOutput : standardOutput(() => process.exit(EXIT.failed));
  output.line(
    stack === null ? 'Doctor: what npm start needs' : `Doctor: what pulumi up --stack ${stack} needs`,
  );
  const pending = stack === null ? checksOfStart(options) : await checksOfStack(stack, options, output);
  const checks = await showChecks(pending, output);
  const good = allOk(checks);
  const missing = checks.filter(({ state }) => state === 'failed').length;
  output.line(
    good
      ? `✓ all is there: ${stack === null ? 'npm start, or npm run demo' : `pulumi up --stack ${stack}`}`
      : `✗ ${missing} of ${checks.length} are missing: what to do is said with each`,
  );
  if (options.json)
    process.stdout.write(`${printableJson({ stack, at: new Date().toISOString(), ok: good, checks })}\n`);
  return good ? EXIT.ok : EXIT.failed;
}

function checksOfStart({ dataDir }: DoctorOptions): Promise<CheckResult>[] {
  return [
    runCheck('node', checkNode),
    runCheck('stack-file', async () => checkStackFile(REPOSITORY, 'dev')),
    runCheck('ports', () => checkPorts(dataDir)),
  ];
}

async function checksOfStack(
  stack: string,
  { fix }: DoctorOptions,
  output: Output,
): Promise<Promise<CheckResult>[]> {
  const { env } = process;
  const engine = new EngineView(stack, REPOSITORY, env);
  let facts: StackFacts;
  try {
    facts = await readFacts(engine, REPOSITORY);
  } catch (error) {
    const remedy = `pulumi stack init ${stack} && pulumi config cp --stack dev --dest ${stack}`;
    return [
      runCheck('node', () => checkProgramNode(env)),
      runCheck('stack-file', () => Promise.resolve(failed(messageOf(error), remedy))),
    ];
  }
  const { target } = facts;
  if (fix && target === 'aws' && facts.deployment.hostAccess !== 'ssm') {
    const fixed = await allowThisMachine({ projectDir: REPOSITORY, stack }, facts);
    if (fixed !== null) {
      output.line(`  fixed: ${fixed}`);
      facts = await readFacts(new EngineView(stack, REPOSITORY, env), REPOSITORY);
    }
  }
  const outputs = engine.outputs();
  const ofAws = (): Promise<CheckResult>[] => {
    const aws = () => new AwsView(facts, env);
    const quotas = async () =>
      at(await outputs, 'host') === null ? checkQuotas(aws(), facts) : skipped('the host is there already');
    return [
      ...(facts.deployment.hostAccess === 'ssm' ? [] : [runCheck('operators', () => checkOperators(facts))]),
      runCheck('aws-login', async () => checkAwsLogin(aws(), facts, env)),
      runCheck('quotas', quotas),
    ];
  };
  return [
    runCheck('node', () => checkProgramNode(env)),
    runCheck('stack-file', () => Promise.resolve(judgeStackConfig(facts, stack))),
    runCheck('pulumi-cli', () => checkPulumi(engine, REPOSITORY)),
    runCheck('pulumi-login', () => checkLogin(engine)),
    runCheck('stack-there', () => checkStackThere(engine)),
    runCheck('passphrase', () => checkPassphrase(engine, env)),
    runCheck('docker', () => checkDocker(facts, env)),
    runCheck('registry', () => checkRegistry(facts)),
    ...(target === 'aws' ? ofAws() : [runCheck('kubeconfig', () => checkKubeconfig(facts, REPOSITORY))]),
    runCheck('host-ports', async () => checkHostPorts(facts, await outputs)),
  ];
}

runCommand(DOCTOR, main);
