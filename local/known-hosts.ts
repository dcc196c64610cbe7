import { hostIn } from '../scenario/config/pasted-forms';
import { EXIT, Refusal } from '../machine/errors';

/**
 * The hosts of ECOMMERCE_KNOWN_HOSTS, by which people may call the shop; scheme, port and path of a pasted address go.
 *
 * @returns comma-separated, as the services read them
 * @throws Refusal naming the entry that is no host
 */
export function readKnownHosts(env: NodeJS.ProcessEnv): string {
  const entries = (env.ECOMMERCE_KNOWN_HOSTS ?? '').split(',').filter((entry) => entry.trim() !== '');
  return entries
    .map((entry) => {
      const host = hostIn(entry);
      if (host !== null) return host;
      throw new Refusal(
        `ECOMMERCE_KNOWN_HOSTS: "${entry.trim()}" is no host: it must be host names, comma-separated, e.g. ` +
          'shop.example.com,192.168.1.20. Mend it, or unset it.',
        EXIT.usage,
      );
    })
    .join(',');
}
