/**
 * The first half of `npm start`, `npm test`, `npm run demo` and the like: installs the locked packages and compiles, when
 * that has not been done yet for this lock file and these sources. Needs no dependency and any Node from 18 on; what it
 * installs brings Node 24, which the second half names by its path: a PATH cannot hold a clone's folder with a colon,
 * and `pre…` scripts are not run where `ignore-scripts` is set. `setup.mjs --all` installs what the Pulumi program needs, too (cloud SDKs), which the shop on
 * this machine does without.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeOrphans } from './orphans.mjs';

const root = dirname(fileURLToPath(import.meta.url));
const INSTALL_STAMP = join(root, 'node_modules', '.ecommerce-demo-install');
const BUILD_STAMP = join(root, 'dist', '.ecommerce-demo-build');
/** Names the process that installs or compiles: another command's set-up waits for it. */
const LOCK = join(root, '.ecommerce-demo-setup');
/** Longer than anybody's: a process number that was written down may be another's by then. */
const LONGEST_SETUP_MS = 15 * 60_000;
const SOURCE_FOLDERS = [
  'scenario',
  'report',
  'machine',
  'services',
  'telemetry',
  'local',
  'cli',
  'test',
  'bench',
];
/** What makes dist, in their order. */
const SCRIPTS = ['compile.mjs', 'bundles.mjs', 'pages.mjs'];
const MIN_NODE_MAJOR = 18;
/** Said outright: `NODE_ENV=production` or an `omit` of the user's npm would leave them out. */
const EVERYTHING = ['--include=dev', '--include=optional'];
/** What a user's npm may say of other projects: Node's own version, for one, is not the one that installs here. */
const OURS = ['--no-global', '--location=project', '--no-engine-strict', '--no-dry-run', '--package-lock'];
const SHOP_ONLY = [
  '--omit=dev',
  '--include=optional',
  '--include-workspace-root',
  ...['scenario', 'report', 'machine', 'services', 'local', 'cli'].flatMap((name) => ['--workspace', name]),
];

/** @param {string} message */
function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** @param {string[]} files */
function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

/** @param {string} stamp */
function read(stamp) {
  return existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
}

/** @param {string} what @param {() => void} work */
function step(what, work) {
  const started = Date.now();
  process.stdout.write(`${what} …\n`);
  work();
  process.stdout.write(`${what}: done in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

/** @param {string} command @param {string[]} args @param {string} remedy */
function run(command, args, remedy) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (error) fail(`${command} could not be started: ${error.message}. ${remedy}`);
  if (status !== 0) fail(`"${command} ${args.join(' ')}" ended with exit code ${status}. ${remedy}`);
}

/** Which proxy npm goes by, if the environment names one: a dead one looks like a dead registry. */
function proxyInUse() {
  const name = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].find(
    (variable) => process.env[variable],
  );
  return name === undefined ? '' : ` (npm goes by the proxy that ${name} names)`;
}

/** @param {number} ms */
function pause(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Whether the process that a lock names is at it. @param {string} pid */
function isHeld(pid) {
  try {
    if (Date.now() - statSync(LOCK).mtimeMs > LONGEST_SETUP_MS) return false;
    // 0 is no process, but the whole group.
    return Number(pid) > 0 && process.kill(Number(pid), 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Takes the lock; waits while another command has it: two `npm ci` at once tear down each other's packages. */
function takeTurn() {
  const own = String(process.pid);
  const drop = () => rmSync(LOCK, { force: true });
  for (let told = false; ; pause(200)) {
    try {
      writeFileSync(LOCK, own, { flag: 'wx' });
      // Of two that found the same dead one's, the later may have removed the earlier's.
      pause(50);
      if (read(LOCK) !== own) continue;
      process.on('exit', drop);
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') fail(`${root} cannot be written (${error.message}).`);
    }
    // Nothing in it: it is being written, or its writer was killed just then.
    const other = read(LOCK) || (pause(50), read(LOCK));
    if (!isHeld(other)) drop();
    else if (!told) {
      process.stdout.write(`Another command (process ${other}) installs or compiles: waiting.\n`);
      told = true;
    }
  }
}

/** What is installed for the lock file that there is, and whether that will do. */
function packages() {
  const all = process.argv.includes('--all');
  const lock = hashOf(['package.json', 'package-lock.json']);
  const wanted = `${lock} ${all ? 'all' : 'shop'}`;
  const found = read(INSTALL_STAMP);
  return { all, wanted, some: found === `${lock} shop`, done: found === wanted || found === `${lock} all` };
}

function install() {
  const { all, wanted, some, done } = packages();
  if (done) return;
  // `npm ci` begins by removing everything, also from under a shop that runs; what is missing is added beside the rest.
  const how = some ? ['install', '--no-save'] : ['ci'];
  step(`Installing packages (npm ${how[0]})`, () => {
    run(
      'npm',
      [...how, '--no-audit', '--no-fund', '--loglevel=error', ...OURS, ...(all ? EVERYTHING : SHOP_ONLY)],
      `Check the connection to the npm registry${proxyInUse()}, then try again.`,
    );
  });
  if (!existsSync(localNode())) {
    // npm from 12 on runs install scripts only of packages it is allowed to; `node` is in allowScripts, but a
    // user's configuration (ignore-scripts) may still forbid it.
    run(
      'npm',
      ['rebuild', 'node', '--ignore-scripts=false', '--loglevel=error', ...OURS],
      'Allow install scripts for "node".',
    );
  }
  writeFileSync(INSTALL_STAMP, wanted);
}

/** The Node 24 that the package `node` brings. */
function localNode() {
  return join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

/** Every source file with its size and time of change: cheap, and enough to see an edit. */
function sources() {
  /** @type {string[]} */
  const found = [];
  /** @param {string} folder */
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== 'node_modules') walk(path);
      } else if (/\.(ts|json|js|css|html|svg)$/.test(entry.name)) {
        const { size, mtimeMs } = statSync(path);
        found.push(`${path} ${size} ${mtimeMs}`);
      }
    }
  };
  for (const folder of SOURCE_FOLDERS) if (existsSync(join(root, folder))) walk(join(root, folder));
  return found.sort().join('\n');
}

/** The sources that there are, and whether they are compiled. */
function compiled() {
  const wanted = createHash('sha256')
    .update(sources())
    .update(hashOf(['package-lock.json', 'tsconfig.json', 'tsconfig.build.json', ...SCRIPTS]))
    .digest('hex');
  return { wanted, done: read(BUILD_STAMP) === wanted };
}

function build() {
  const { wanted, done } = compiled();
  if (done) return;
  step('Compiling', () => {
    removeOrphans(root);
    for (const script of SCRIPTS) run(localNode(), [script], 'Mend the errors above.');
  });
  mkdirSync(dirname(BUILD_STAMP), { recursive: true });
  writeFileSync(BUILD_STAMP, wanted);
}

const major = Number(process.versions.node.split('.')[0]);
if (major < MIN_NODE_MAJOR)
  fail(`Node ${process.versions.node} is too old: install Node ${MIN_NODE_MAJOR} or newer.`);
if (!packages().done || !compiled().done) {
  takeTurn();
  install();
  build();
}
