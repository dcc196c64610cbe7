import { importDefinitions, managementUrl } from './coralogix/import';
import { EXIT, Refusal } from '../machine/errors';
import { standardOutput } from '../machine/terminal';
import { parseOptions } from '../machine/options';
import { runCommand } from './run-command';

const HELP = `Puts the flow alert (and the six alerts it is made of), a dashboard and log views into a Coralogix account.

Usage: CORALOGIX_API_KEY=… npm run coralogix -- --domain eu2.coralogix.com

  --domain DOMAIN        the account's domain, as in coralogix.domain of the stack
  --help                 this text

The key is a personal or team API key with the presets Alerts, Dashboards and Data Querying. What has the same name
is replaced. The definitions are in docs/coralogix, what they mean in docs/coralogix.md.

Exit codes: 0 done, 1 refused by Coralogix, 2 bad options.
`;

/** `npm run coralogix`. Resolves with the exit code. */
async function main(): Promise<number> {
  const values = parseOptions('coralogix', process.argv.slice(2), {
    domain: { type: 'string' },
  }).values;
  if (values.help) {
    process.stdout.write(HELP);
    return EXIT.ok;
  }
  const { domain } = values;
  if (domain === undefined || !/^[a-z0-9]+([.-][a-z0-9]+)+$/.test(domain)) {
    throw new Refusal(
      `--domain ${domain ?? '(missing)'}: must be the account's domain, e.g. --domain eu2.coralogix.com`,
      EXIT.usage,
    );
  }
  const apiKey = process.env.CORALOGIX_API_KEY ?? '';
  if (apiKey === '') {
    throw new Refusal(
      'CORALOGIX_API_KEY (unset): must be a personal or team API key of the account',
      EXIT.usage,
    );
  }
  const output = standardOutput(() => undefined);
  output.line(`Import into ${domain}`);
  await importDefinitions({ baseUrl: managementUrl(domain), apiKey }, output);
  output.line('✓ done: Alerts, Dashboards, and Explore > Logs > Views have "ecommerce-demo: …"');
  return EXIT.ok;
}

runCommand(main);
