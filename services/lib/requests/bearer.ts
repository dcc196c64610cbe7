import { hash, timingSafeEqual } from 'node:crypto';

const digest = (text: string): Buffer => hash('sha256', text, 'buffer');

/** Tells of what is given whether it is this secret, in a time that tells nothing about either: digests have one length. */
export function secretTest(secret: string): (given: string) => boolean {
  const expected = digest(secret);
  return (given) => timingSafeEqual(digest(given), expected);
}

/** Whether two secrets are the same. */
export function sameSecret(given: string, secret: string): boolean {
  return secretTest(secret)(given);
}

/** Whether an `Authorization` header is `Bearer <secret>`. */
export function bearsSecret(authorization: string | undefined, secret: string): boolean {
  const given = /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
  return given !== undefined && sameSecret(given, secret);
}
