import { z } from 'zod';

/** What a host costs (USD per hour), as docs/deploy.md says of the default type: running, with volume and address. */
const USD_PER_HOST_HOUR = 0.15;

const settingsSchema = z.object({
  PULUMI_AWS_E2E_ACCOUNT: z
    .string()
    .regex(/^\d{12}$/, 'the number of the account that pays, so that it runs in no other'),
  PULUMI_AWS_E2E_OPERATOR_CIDR: z.string().optional(),
  PULUMI_AWS_E2E_REGION: z.string().default('eu-central-1'),
  PULUMI_AWS_E2E_BUDGET_USD: z.coerce.number().positive().default(0.5),
  PULUMI_AWS_E2E_USD_PER_HOUR: z.coerce.number().positive().default(USD_PER_HOST_HOUR),
  PULUMI_AWS_E2E_MINUTES: z.coerce.number().positive().max(240).default(60),
  PULUMI_AWS_E2E_CONFIG: z
    .string()
    .default('{}')
    .transform((text) => z.record(z.string(), z.union([z.string(), z.number()])).parse(JSON.parse(text))),
});

/**
 * The test of a real account: where it runs, and what it may cost at most. From the environment:
 *
 * - `PULUMI_AWS_E2E=1`: runs it. It is never run otherwise.
 * - `PULUMI_AWS_E2E_ACCOUNT`: number of the account; in any other one the provider refuses to work.
 * - `PULUMI_AWS_E2E_OPERATOR_CIDR`: the address of this machine, e.g. `203.0.113.7/32`; not with `hostAccess: ssm`, which
 *   wants `npm run tunnel` or what does the same.
 * - `PULUMI_AWS_E2E_REGION` (eu-central-1).
 * - `PULUMI_AWS_E2E_MINUTES` (60): after these no further step begins, and everything is destroyed.
 * - `PULUMI_AWS_E2E_BUDGET_USD` (0.50): what those minutes may cost; the test refuses to begin where they could cost more.
 * - `PULUMI_AWS_E2E_USD_PER_HOUR` (0.15): what a host costs an hour; has to be said of another `instanceType`.
 * - `PULUMI_AWS_E2E_CONFIG`: further keys of the stack as JSON, e.g. `{"instanceType":"t4g.large"}`.
 *
 * The login is the AWS SDK's own (AWS_PROFILE, …).
 */
export interface AwsTestSettings {
  account: string;
  /** Where and how the host is reached. */
  access: Readonly<Record<string, string>>;
  region: string;
  minutes: number;
  config: Readonly<Record<string, string | number>>;
}

/**
 * The settings of this run.
 *
 * @throws Error naming each variable that is missing or wrong, and when the time could cost more than the budget
 */
export function awsTestSettings(env: NodeJS.ProcessEnv = process.env): AwsTestSettings {
  const parsed = settingsSchema.safeParse(env);
  const given = env.PULUMI_AWS_E2E_CONFIG ?? '';
  const overSystemsManager = /"hostAccess"\s*:\s*"ssm"/.test(given);
  const faults = parsed.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
  if (!overSystemsManager && env.PULUMI_AWS_E2E_OPERATOR_CIDR === undefined)
    faults.push("PULUMI_AWS_E2E_OPERATOR_CIDR: this machine's address, as operatorCidrs takes it");
  if (given.includes('"instanceType"') && env.PULUMI_AWS_E2E_USD_PER_HOUR === undefined)
    faults.push('PULUMI_AWS_E2E_USD_PER_HOUR: what a host of that instanceType costs');
  if (!parsed.success || faults.length > 0) {
    throw new Error(
      `The test of a real account lacks settings (test/aws/settings.ts):\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    );
  }
  const own = parsed.data;
  const config = own.PULUMI_AWS_E2E_CONFIG;
  const hosts = 1 + Number(config.agents ?? 0);
  const most = (own.PULUMI_AWS_E2E_MINUTES / 60) * own.PULUMI_AWS_E2E_USD_PER_HOUR * hosts;
  if (most > own.PULUMI_AWS_E2E_BUDGET_USD) {
    throw new Error(
      `${String(own.PULUMI_AWS_E2E_MINUTES)} minutes of ${String(hosts)} host(s) may cost ${most.toFixed(2)} USD, and ` +
        `PULUMI_AWS_E2E_BUDGET_USD is ${String(own.PULUMI_AWS_E2E_BUDGET_USD)}`,
    );
  }
  return {
    account: own.PULUMI_AWS_E2E_ACCOUNT,
    access: overSystemsManager ? {} : { operatorCidrs: JSON.stringify([own.PULUMI_AWS_E2E_OPERATOR_CIDR]) },
    region: own.PULUMI_AWS_E2E_REGION,
    minutes: own.PULUMI_AWS_E2E_MINUTES,
    config,
  };
}
