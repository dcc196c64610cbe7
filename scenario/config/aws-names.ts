import { createHash } from 'node:crypto';

/** Longest prefix: of AWS's names the IAM role's are the shortest (64), and a part and a random suffix come behind. */
const LONGEST = 36;

/**
 * What the names of a stack's AWS resources begin with, so that everybody in the account sees whose they are: project
 * and stack, in the letters that all of AWS's names allow. One that is too long ends in a hash of the whole.
 */
export function namePrefix(project: string, stack: string): string {
  const whole = `${project}-${stack}`;
  const name = whole
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  if (name.length <= LONGEST) return name;
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, 6);
  return `${name.slice(0, LONGEST - 1 - hash.length)}-${hash}`;
}

/** The tag `Name` of the K3s server of a stack, by which it is found in AWS before any output says its id. */
export function serverName(prefix: string): string {
  return `${prefix}-host-server`;
}
