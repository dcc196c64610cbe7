import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 192 random bits that need no escaping, neither in a header nor in a URL. */
export function secretWord(): string {
  return randomBytes(24).toString('base64url');
}

const digest = (text: string): Buffer => hash('sha256', text, 'buffer');

/**
 * Whether an `Authorization` header is `Bearer <secret>`, in a time that tells nothing about the secret: digests have
 * one length.
 */
export function bearsSecret(authorization: string | undefined, secret: string): boolean {
  const given = /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
  return given !== undefined && timingSafeEqual(digest(given), digest(secret));
}
