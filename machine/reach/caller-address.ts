import { isIP } from 'node:net';
import { askOutside } from '../outside';

/** Where AWS answers with the caller's own address, as plain text. */
const ADDRESS_SERVICE = 'https://checkip.amazonaws.com';

/**
 * The address this machine shows to the internet.
 *
 * @returns null when it cannot be learnt within 5 s: that alone is no reason to stop anything.
 */
export async function callerAddress(service: string = ADDRESS_SERVICE): Promise<string | null> {
  try {
    const answer = await askOutside(service, { signal: AbortSignal.timeout(5000) });
    const text = answer.text.trim();
    return answer.ok && isIP(text) !== 0 ? text : null;
  } catch {
    return null;
  }
}
