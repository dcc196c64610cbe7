import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { HOST_DEFAULTS } from '../../scenario/config/deployment';
import { codeOf, messageOf } from '../../machine/errors';
import { listAt, numberAt, parseJson, textAt } from '../../machine/json';
import { chooseRegion } from '../../machine/reach/aws-region';
import { failed, ok, skipped, type Finding } from '../checks/check';
import type { StackFacts } from './facts';

const WITHIN_MS = 30_000;
/** Families that "Running On-Demand Standard instances" counts. */
const STANDARD_FAMILY = /^[acdhimrtz]\d/;
const NO_CLI = 'there is no AWS CLI on the PATH to ask with; pulumi preview asks AWS, too';

/** What AWS says to the stack's login, by the AWS CLI. */
export class AwsView {
  readonly region: string;

  constructor(
    private readonly facts: StackFacts,
    private readonly env: NodeJS.ProcessEnv,
  ) {
    this.region = chooseRegion(facts.deployment.region, facts.aws.region, env).region;
  }

  /** The answer of `aws …`; null without the CLI. @throws Error with AWS's own reason */
  async ask(...args: string[]): Promise<unknown> {
    const { profile, accessKey, secretKey, token } = this.facts.aws;
    const env = {
      ...this.env,
      AWS_PAGER: '',
      ...(accessKey === undefined ? {} : { AWS_ACCESS_KEY_ID: accessKey }),
      ...(secretKey === undefined ? {} : { AWS_SECRET_ACCESS_KEY: secretKey }),
      ...(token === undefined ? {} : { AWS_SESSION_TOKEN: token }),
      ...(profile === undefined ? {} : { AWS_PROFILE: profile }),
    };
    try {
      const { stdout } = await promisify(execFile)(
        'aws',
        [...args, '--region', this.region, '--output', 'json'],
        { env, timeout: WITHIN_MS, maxBuffer: 64 * 1024 * 1024 },
      );
      return parseJson(stdout);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      const said = ((error as { stderr?: string }).stderr ?? '').trim();
      throw new Error(said === '' ? messageOf(error) : said.replaceAll(/\s*\n\s*/g, ' '), { cause: error });
    }
  }
}

/** Whether AWS lets the login in, and into an account that the stack allows. */
export async function checkAwsLogin(
  view: AwsView,
  { aws }: Pick<StackFacts, 'aws'>,
  env: NodeJS.ProcessEnv,
): Promise<Finding> {
  const caller = await view.ask('sts', 'get-caller-identity');
  if (caller === null)
    return hasCredentials(env) ? skipped(NO_CLI) : failed('there are no AWS credentials here');
  const account = textAt(caller, 'Account') ?? '';
  const allowed = listAt({ list: parseJson(aws.allowedAccountIds ?? '[]') }, 'list');
  if (allowed.length > 0 && !allowed.includes(account))
    return failed(`account ${account}, and aws:allowedAccountIds has ${allowed.join(', ')}`);
  return ok(`account ${account}, region ${view.region}, as ${textAt(caller, 'Arn') ?? 'nobody'}`);
}

/** Whether anything that the AWS SDK looks at could hold credentials. */
function hasCredentials(env: NodeJS.ProcessEnv): boolean {
  const named = [
    'AWS_ACCESS_KEY_ID',
    'AWS_PROFILE',
    'AWS_WEB_IDENTITY_TOKEN_FILE',
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  ];
  const files = [env.AWS_SHARED_CREDENTIALS_FILE ?? 'credentials', env.AWS_CONFIG_FILE ?? 'config'];
  return (
    named.some((name) => (env[name] ?? '') !== '') ||
    files.some((file) => existsSync(path.resolve(env.HOME ?? homedir(), '.aws', file)))
  );
}

interface Quota {
  what: string;
  service: string;
  code: string;
  /** Whether a first `pulumi up` takes anything of it. */
  applies: boolean;
  /** How much it takes. */
  wanted: number;
  used: () => Promise<number>;
}

/** Whether the account has room for what a first `pulumi up` makes. */
export async function checkQuotas(
  view: AwsView,
  { deployment }: Pick<StackFacts, 'deployment'>,
): Promise<Finding> {
  const caller = await view.ask('sts', 'get-caller-identity').catch(() => undefined);
  if (caller === undefined) return skipped('log in to AWS first');
  if (caller === null) return skipped(NO_CLI);
  const states = await Promise.all((await quotasOf(view, deployment)).map((quota) => stateOf(view, quota)));
  const figures = states.map(({ text }) => text).join('; ');
  const short = states.flatMap(({ remedy }) => (remedy === null ? [] : [remedy]));
  return short.length === 0 ? ok(figures) : failed(figures, short.join('; '));
}

async function quotasOf(view: AwsView, deployment: StackFacts['deployment']): Promise<Quota[]> {
  const {
    instanceType = HOST_DEFAULTS.instanceType,
    agents = HOST_DEFAULTS.agents,
    spot = false,
  } = deployment;
  const each = await view.ask('ec2', 'describe-instance-types', '--instance-types', instanceType);
  const cores = numberAt(listAt(each, 'InstanceTypes')[0], 'VCpuInfo', 'DefaultVCpus') ?? 0;
  const count = async (list: string, ...args: string[]) =>
    listAt(await view.ask('ec2', ...args), list).length;
  const quotas: Quota[] = [
    {
      what: spot ? 'spot vCPUs' : 'vCPUs',
      service: 'ec2',
      code: spot ? 'L-34B43A08' : 'L-1216C47A',
      applies: STANDARD_FAMILY.test(instanceType),
      wanted: cores * (1 + agents),
      used: () => runningCores(view, spot),
    },
    {
      what: 'addresses',
      service: 'ec2',
      code: 'L-0263D0A3',
      applies: true,
      wanted: 1,
      used: () => count('Addresses', 'describe-addresses'),
    },
    {
      what: 'VPCs',
      service: 'vpc',
      code: 'L-F678F1CE',
      applies: deployment.subnetId === undefined,
      wanted: 1,
      used: () => count('Vpcs', 'describe-vpcs'),
    },
  ];
  return quotas.filter(({ applies }) => applies);
}

/** vCPUs of the account's standard instances that run. */
async function runningCores(view: AwsView, spot: boolean): Promise<number> {
  const filter = 'Name=instance-state-name,Values=pending,running';
  const found = await view.ask('ec2', 'describe-instances', '--filters', filter);
  return listAt(found, 'Reservations')
    .flatMap((reservation) => listAt(reservation, 'Instances'))
    .filter((instance) => STANDARD_FAMILY.test(textAt(instance, 'InstanceType') ?? ''))
    .filter((instance) => (textAt(instance, 'InstanceLifecycle') === 'spot') === spot)
    .reduce<number>((sum, instance) => {
      const cores = numberAt(instance, 'CpuOptions', 'CoreCount') ?? 0;
      return sum + cores * (numberAt(instance, 'CpuOptions', 'ThreadsPerCore') ?? 1);
    }, 0);
}

/** A quota in a few words, and the command that raises it where there is no room. */
async function stateOf(view: AwsView, { what, service, code, wanted, used }: Quota) {
  try {
    const asked = ['--service-code', service, '--quota-code', code];
    const limit = numberAt(await view.ask('service-quotas', 'get-service-quota', ...asked), 'Quota', 'Value');
    const taken = await used();
    if (limit === null) return { text: `${what}: the quota is not told`, remedy: null };
    const text = `${what}: ${String(wanted)} wanted, ${String(taken)} of ${String(limit)} in use`;
    if (taken + wanted <= limit) return { text, remedy: null };
    const remedy = `aws service-quotas request-service-quota-increase ${asked.join(' ')} --desired-value ${String(taken + wanted)} --region ${view.region}`;
    return { text: `${text}: no room`, remedy };
  } catch (error) {
    // The login may lack the right to look: that alone stops no update.
    return { text: `${what}: cannot be looked up (${messageOf(error).slice(0, 120)})`, remedy: null };
  }
}
