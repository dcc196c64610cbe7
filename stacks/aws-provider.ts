import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { loginCommand } from '../infra/host/host-hints';
import { reasonOf } from '../infra/host/place';
import { keysOfNamespace } from '../scenario/config/config-file';
import { didYouMean } from '../scenario/config/suggestion';
import { chooseRegion, type ChosenRegion } from '../machine/reach/aws-region';

/** Keys of `aws:` whose values are text; all others are JSON, as `pulumi config set --path` writes them. */
const TEXT_KEYS = [
  'accessKey',
  'customCaBundle',
  'ec2MetadataServiceEndpoint',
  'ec2MetadataServiceEndpointMode',
  'httpProxy',
  'httpsProxy',
  'noProxy',
  'profile',
  'region',
  'retryMode',
  's3UsEast1RegionalEndpoint',
  'secretKey',
  'stsRegion',
  'tagPolicyCompliance',
  'token',
] as const satisfies readonly (keyof aws.ProviderArgs)[];

/** What the stack's own keys say about AWS. */
export interface AwsKeys {
  /** `ecommerce-demo:region`. */
  region: string | undefined;
  /** `ecommerce-demo:tags`. */
  tags: Readonly<Record<string, string>>;
}

/** The one provider that all AWS resources of the stack are made with, and where that is. */
export interface AwsAccess extends ChosenRegion {
  provider: aws.Provider;
  /** Tags of every resource: `aws:defaultTags` and the stack's own, which win. */
  tags: Readonly<Record<string, string>>;
  /** Number of the account. */
  account: string;
  /** The profile that the stack's config names. */
  profile?: string;
  /** Whether the login is another role's than the profile's. */
  assumesRole: boolean;
}

/**
 * The arguments of a provider that does what Pulumi's default one would do with the stack's `aws:` config: profile,
 * roles, endpoints and the rest. An explicit provider knows nothing of that config by itself.
 *
 * @param config values of `aws:` keys, without their namespace
 * @throws pulumi.RunError for a value that should be JSON and is not
 */
export function providerArguments(config: Readonly<Record<string, string>>): aws.ProviderArgs {
  const text: readonly string[] = TEXT_KEYS;
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, text.includes(key) ? value : jsonOf(key, value)]),
  );
}

function jsonOf(key: string, value: string): unknown {
  try {
    return JSON.parse(value) as unknown;
  } catch {
    throw new pulumi.RunError(
      `aws:${key} is not JSON. Set it by --path, e.g. pulumi config set --path 'aws:${key}[0]' VALUE, ` +
        'and see https://www.pulumi.com/registry/packages/aws/installation-configuration/. Nothing was touched.',
    );
  }
}

/**
 * Makes the provider and asks AWS who it is, before any other resource: the first lines of an update say in which
 * account and region it works. `aws:allowedAccountIds` is held by the provider itself.
 *
 * @throws pulumi.RunError when the regions disagree, or AWS lets nobody in
 */
export async function awsAccess(keys: AwsKeys): Promise<AwsAccess> {
  const configured = keysOfNamespace(pulumi.runtime.allConfig(), 'aws');
  const config = providerArguments(configured);
  const chosen = chooseRegion(keys.region, configured.region);
  requireRegion(chosen);
  const { tags: defaultTags } = (config.defaultTags ?? {}) as { tags?: Readonly<Record<string, string>> };
  const tags = { ...defaultTags, ...keys.tags };
  const provider = new aws.Provider('aws', {
    ...config,
    region: chosen.region as aws.Region,
    defaultTags: { tags },
  });
  const caller = await aws.getCallerIdentity({}, { provider }).catch((error: unknown) => {
    throw new pulumi.RunError(refusal(error, chosen, configured));
  });
  void pulumi.log.info(
    `AWS account ${caller.accountId} (as ${caller.arn}), region ${chosen.region} (${chosen.source})`,
  );
  const { profile } = configured;
  return {
    ...chosen,
    provider,
    tags,
    account: caller.accountId,
    ...(profile === undefined ? {} : { profile }),
    assumesRole: config.assumeRoles !== undefined || config.assumeRoleWithWebIdentity !== undefined,
  };
}

/** The provider would look for the addresses of a region that there is not for minutes. */
function requireRegion({ region, source }: ChosenRegion): void {
  const known = Object.values(aws.Region) as string[];
  if (known.includes(region)) return;
  const near = didYouMean(region, known);
  throw new pulumi.RunError(
    `${source} = "${region}": AWS has no such region${near === null ? '.' : `: did you mean ${near}?`} ` +
      'pulumi config set region REGION. Nothing was touched.',
  );
}

/** What to do when AWS lets nobody in, or not into this account. */
function refusal(
  error: unknown,
  { region, source }: ChosenRegion,
  { profile, allowedAccountIds }: Readonly<Record<string, string>>,
): string {
  const message = reasonOf(error);
  if (/account id/i.test(message))
    return `aws:allowedAccountIds = ${allowedAccountIds ?? '(unset)'}: ${message}. Choose that account's profile: pulumi config set aws:profile NAME. Nothing was touched.`;
  if (profile !== undefined && /shared config profile/i.test(message))
    return (
      `aws:profile = "${profile}": ${message}. aws configure list-profiles lists what this machine has; ` +
      'pulumi config set aws:profile NAME. Nothing was touched.'
    );
  // What STS says of a request from the past or the future.
  if (/Signature (?:expired|not yet current)|RequestTimeTooSkewed|RequestInTheFuture/.test(message))
    return `This machine's clock (${new Date().toISOString()}) is not AWS's, which refuses what it signs: ${message}. Set it: sudo timedatectl set-ntp true (macOS: sudo sntp -sS time.apple.com). Nothing was touched.`;
  // What STS says in a region that the account has not enabled.
  const closed = message.includes('InvalidClientTokenId')
    ? ` Or the account has not enabled ${region} (${source}): aws account enable-region --region-name ${region}.`
    : '';
  return (
    `AWS lets nobody in: ${message}. Log in (${loginCommand(profile)}), or choose a profile: pulumi config set aws:profile NAME, ` +
    `or AWS_PROFILE in the environment.${closed} Nothing was touched.`
  );
}
