import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';
import { Refusal } from '../../machine/errors';

/** A user of this system. */
export interface SystemUser {
  name: string;
  uid: number;
  gid: number;
}

/**
 * The user PostgreSQL runs as: null (the runner's own) unless that is root, whom PostgreSQL refuses; then `postgres`
 * if there is one, else `nobody`.
 *
 * @throws Refusal as root on a system with neither
 */
export function postgresUser(): SystemUser | null {
  if (process.getuid?.() !== 0) return null;
  for (const name of ['postgres', '_postgres', 'nobody']) {
    const user = findUser(name);
    if (user) return user;
  }
  throw new Refusal(
    'PostgreSQL refuses to run as root, and there is no user "postgres" or "nobody" to run it as. ' +
      'Run npm start as an ordinary user, or set ECOMMERCE_POSTGRES_URL to a server you have.',
  );
}

function findUser(name: string): SystemUser | null {
  try {
    // | 0: macOS writes nobody's id as 4294967294, Node wants it signed.
    const id = (kind: '-u' | '-g'): number =>
      Number(execFileSync('id', [kind, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })) | 0;
    const [uid, gid] = [id('-u'), id('-g')];
    return uid === 0 ? null : { name, uid, gid };
  } catch {
    return null;
  }
}

/** Whether a user may pass through every folder above `target` (supplementary groups do not count). */
export function canReach(user: SystemUser, target: string): boolean {
  for (let folder = path.dirname(path.resolve(target)); ; folder = path.dirname(folder)) {
    try {
      if (!mayPass(user, statSync(folder))) return false;
    } catch {
      return false;
    }
    if (folder === path.dirname(folder)) return true;
  }
}

function mayPass(user: SystemUser, { mode, uid, gid }: { mode: number; uid: number; gid: number }): boolean {
  if (uid === user.uid) return (mode & 0o100) !== 0;
  if (gid === user.gid) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
}
