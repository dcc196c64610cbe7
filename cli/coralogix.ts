import { presetOf } from '../scenario/presets/all';
import { DEFAULT_OUTAGE, OUTAGES } from '../scenario/types';
import { checkDefinitions } from './coralogix/compare';
import { importDefinitions } from './coralogix/import';
import { managementUrl } from './coralogix/management-api';
import { accessKey, coralogixDomain, pastedValue } from '../scenario/config/pasted-forms';
import { EXIT, Refusal } from '../machine/errors';
import { standardOutput } from '../machine/terminal';
import { choice, flag, text, command, type OptionsOf } from '../machine/options';
import { runCommand } from '../machine/command';

const CORALOGIX = command({
  name: 'coralogix',
  about:
    'Puts the flow alert (and the six alerts it is made of), a dashboard and log views into a Coralogix account.',
  usage: '--domain eu2.coralogix.com',
  options: {
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
    check: flag('compare what is in the account with what would be imported; changes nothing'),
  },
  notes: `CORALOGIX_API_KEY is a personal or team API key with the presets Alerts, Dashboards and Data Querying. What has the
same name is replaced. The definitions are in docs/coralogix, what they mean in docs/coralogix.md.

Exit codes: 0 done, or the same, 1 refused by Coralogix, or not the same, 2 bad options.`,
  check: ({ domain }, refuse, _positionals, given) => {
    if (domain === null && !given.has('--domain')) {
      refuse('--domain', '(missing)', "the account's domain, e.g. --domain eu2.coralogix.com");
    }
  },
});

async function main({ domain, mode, check }: OptionsOf<typeof CORALOGIX>): Promise<number> {
  const given = process.env.CORALOGIX_API_KEY ?? '';
  const apiKey = pastedValue(accessKey(given));
  if (apiKey === null) {
    throw new Refusal(
      `CORALOGIX_API_KEY (${given === '' ? 'unset' : 'no key'}): must be a personal or team API key of the account`,
      EXIT.usage,
    );
  }
  const output = standardOutput(() => undefined);
  const account = { baseUrl: managementUrl(domain ?? ''), apiKey };
  if (check) {
    output.line(`Compare with ${domain ?? ''}: what is there → what would be imported`);
    const same = await checkDefinitions(account, presetOf(mode).flowAlert, output);
    output.line(same ? '✓ the same' : '✗ not the same: npm run coralogix without --check puts it right');
    return same ? EXIT.ok : EXIT.failed;
  }
  output.line(`Import into ${domain ?? ''}`);
  await importDefinitions(account, presetOf(mode).flowAlert, output);
  output.line('✓ done: Alerts, Dashboards, and Explore > Logs > Views have "ecommerce-demo: …"');
  return EXIT.ok;
}

runCommand(CORALOGIX, main);
