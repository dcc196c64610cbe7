import { execFileSync, spawnSync } from 'node:child_process';
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

/**
 * A program's command line, so that it finds a name for the user who runs it: initdb asks for one, and an arbitrary user id
 * (OpenShift, `docker run --user 12345`) has none. Where the system lets it, a user namespace maps that id to `nobody`;
 * what is written belongs to the real one.
 *
 * @param user whom it is run as; null: the runner's own user
 */
export function asNamedUser(program: string, user: SystemUser | null): [command: string, ...args: string[]] {
  const uid = process.getuid?.();
  if (user !== null || uid === undefined || hasName(uid)) return [program];
  const nobody = findUser('nobody');
  if (nobody === null) return [program];
  const mapped: [string, ...string[]] = [
    'unshare',
    '--user',
    `--map-user=${String(nobody.uid)}`,
    `--map-group=${String(nobody.gid)}`,
  ];
  const [command, ...args] = mapped;
  const works = spawnSync(command, [...args, 'true'], { stdio: 'ignore' }).status === 0;
  return works ? [...mapped, program] : [program];
}

function hasName(uid: number): boolean {
  return spawnSync('id', ['-un', String(uid)], { stdio: 'ignore' }).status === 0;
}
