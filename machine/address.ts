import { EXIT, Refusal } from './errors';

/**
 * Checks an address that the environment names, before anything is begun with it.
 *
 * @param protocols e.g. `redis:`
 * @throws Refusal naming variable, fault, an example and the way without it; a password in it is not repeated
 */
export function requireAddress(
  variable: string,
  value: string,
  protocols: readonly string[],
  { what, example, otherwise }: { what: string; example: string; otherwise: string },
): void {
  const fault = faultOf(value, protocols);
  if (fault === null) return;
  throw new Refusal(
    `${variable} ${fault}: it must be ${what}, e.g. ${example}. Mend it, or ${otherwise}.`,
    EXIT.usage,
  );
}

function faultOf(value: string, protocols: readonly string[]): string | null {
  if (value !== value.trim()) return 'begins or ends with a space';
  if (!URL.canParse(value)) return 'is no URL';
  const { protocol, hostname } = new URL(value);
  if (!protocols.includes(protocol)) return `begins with ${protocol}//`;
  if (hostname === '') return 'names no host';
  return null;
}
