import { DEFAULT_OUTAGE, OUTAGES } from '../scenario/types';
import { flowAlertRuleOf } from './coralogix/definitions';
import { importDefinitions, managementUrl } from './coralogix/import';
import { coralogixDomain, pastedValue } from '../scenario/config/pasted-forms';
import { EXIT, Refusal } from '../machine/errors';
import { standardOutput } from '../machine/terminal';
import { choice, text, type Command, type ValuesOf } from '../machine/options';
import { runCommand } from '../machine/command';

const OPTIONS = {
  domain: text({
    placeholder: 'DOMAIN',
    help: "the account's domain, as in coralogix.domain of the stack",
    fallback: null,
    allowed: "the account's domain, e.g. --domain eu2.coralogix.com",
    parse: (given) => pastedValue(coralogixDomain(given)),
  }),
  mode: choice(OUTAGES, {
    help: 'the outage whose flow alert it is: each has its own rule',
    fallback: DEFAULT_OUTAGE,
  }),
};

const CORALOGIX: Command<typeof OPTIONS> = {
  name: 'coralogix',
  about:
    'Puts the flow alert (and the six alerts it is made of), a dashboard and log views into a Coralogix account.',
  usage: '--domain eu2.coralogix.com',
  options: OPTIONS,
  notes: `CORALOGIX_API_KEY is a personal or team API key with the presets Alerts, Dashboards and Data Querying. What has the
same name is replaced. The definitions are in docs/coralogix, what they mean in docs/coralogix.md.

Exit codes: 0 done, 1 refused by Coralogix, 2 bad options.`,
  check: ({ domain }, refuse, _positionals, given) => {
    if (domain === null && !given.has('--domain')) {
      refuse('--domain', '(missing)', "the account's domain, e.g. --domain eu2.coralogix.com");
    }
  },
};

/** `npm run coralogix`. Resolves with the exit code. */
async function main({ domain, mode }: ValuesOf<typeof OPTIONS>): Promise<number> {
  const apiKey = process.env.CORALOGIX_API_KEY ?? '';
  if (apiKey === '') {
    throw new Refusal(
      'CORALOGIX_API_KEY (unset): must be a personal or team API key of the account',
      EXIT.usage,
    );
  }
  const output = standardOutput(() => undefined);
  output.line(`Import into ${domain ?? ''}`);
  await importDefinitions({ baseUrl: managementUrl(domain ?? ''), apiKey }, flowAlertRuleOf(mode), output);
  output.line('✓ done: Alerts, Dashboards, and Explore > Logs > Views have "ecommerce-demo: …"');
  return EXIT.ok;
}

runCommand(CORALOGIX, main);
