import { secretWord } from '../machine/bearer';
import { Refusal, messageOf } from '../machine/errors';
import { readIfThere, writePrivateJson } from '../machine/private-file';

/** Passwords of PostgreSQL's superuser and of the login roles, and the bearer token of `/admin/*`. */
const NAMES = ['postgres', 'shop_app', 'conductor', 'adminToken'] as const;

/** Generated once per data folder. */
export type Secrets = Record<(typeof NAMES)[number], string>;

function secretsOf(secret: (name: string) => string): Secrets {
  return Object.fromEntries(NAMES.map((name) => [name, secret(name)])) as Secrets;
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
  const made = secretsOf(secretWord);
  writePrivateJson(file, made);
  return made;
}

/** The secrets of a data folder, null when it has none. */
function readSecrets(file: string): Secrets | null {
  try {
    const text = readIfThere(file);
    if (text === null) return null;
    const values = JSON.parse(text) as Partial<Record<string, unknown>>;
    return secretsOf((name) => {
      const value = values[name];
      if (typeof value !== 'string' || value === '') throw new Error(`"${name}" is missing`);
      return value;
    });
  } catch (error) {
    throw new Refusal(
      `${file} cannot be read (${messageOf(error)}). Delete the data folder to start afresh (the catalog is seeded again).`,
    );
  }
}
