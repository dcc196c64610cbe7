import { randomBytes } from 'node:crypto';
import { Refusal, messageOf } from '../machine/errors';
import { readIfThere, writePrivateJson } from '../machine/private-file';

/** Generated once per data folder. */
export interface Secrets {
  /** Password of PostgreSQL's superuser `postgres`. */
  postgres: string;
  /** Passwords of the login roles. */
  shop_app: string;
  conductor: string;
  /** Bearer token of `/admin/*`. */
  adminToken: string;
}

/**
 * Reads the secrets of a data folder; makes them when there are none.
 *
 * @param cluster PostgreSQL's folder if it is there already: its superuser's password cannot be made anew
 * @throws Refusal when the file is broken, or gone while the database is still there
 */
export function loadSecrets(file: string, cluster: string | null): Secrets {
  const stored = readSecrets(file);
  if (stored) return stored;
  if (cluster !== null) {
    throw new Refusal(
      `${file} is missing, but the database that was made with its passwords is still in ${cluster}. ` +
        'Put the file back, or delete both to start afresh (the catalog is seeded again).',
    );
  }
  const made: Secrets = {
    postgres: secretWord(),
    shop_app: secretWord(),
    conductor: secretWord(),
    adminToken: secretWord(),
  };
  writePrivateJson(file, made);
  return made;
}

/** The secrets of a data folder, null when it has none. */
function readSecrets(file: string): Secrets | null {
  try {
    const text = readIfThere(file);
    if (text === null) return null;
    const values = JSON.parse(text) as Partial<Record<string, unknown>>;
    const secret = (key: string): string => {
      const value = values[key];
      if (typeof value !== 'string' || value === '') throw new Error(`"${key}" is missing`);
      return value;
    };
    return {
      postgres: secret('postgres'),
      shop_app: secret('shop_app'),
      conductor: secret('conductor'),
      adminToken: secret('adminToken'),
    };
  } catch (error) {
    throw new Refusal(
      `${file} cannot be read (${messageOf(error)}). Delete the data folder to start afresh (the catalog is seeded again).`,
    );
  }
}

/** 192 random bits that need no escaping in a URL. */
export function secretWord(): string {
  return randomBytes(24).toString('base64url');
}
