/**
 * `npm test`: all parts in order, each with its time; at the end which ran, which were left out and why, and the
 * plain line "N passed, N failed, N skipped". `npm test -- unit shop` runs just those parts.
 */
import { spawn } from 'node:child_process';
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { chmodSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, constants, homedir, setPriority, tmpdir } from 'node:os';
import { basename, delimiter, join, resolve } from 'node:path';
import { removeOrphans } from '../orphans.mjs';
import { COMPILE_CACHE } from '../stacks/compile-cache.mjs';

const root = resolve(import.meta.dirname, '..');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const tests = (...patterns) => patterns.flatMap((pattern) => globSync(pattern, { cwd: root }));

/** @returns {string | null} why the browser part cannot run here */
function noBrowser() {
  const found = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
  return found ? null : 'no chromium at /usr/bin/chromium (Debian: apt-get install chromium)';
}

/** @returns {string | null} why the engine part cannot run here */
function noEngine() {
  if (!process.env.PULUMI_E2E_KUBECONFIG)
    return "PULUMI_E2E_KUBECONFIG is not set: the path of a test cluster's kubeconfig (test/engine/settings.ts)";
  const folders = [join(homedir(), '.pulumi', 'bin'), ...(process.env.PATH ?? '').split(delimiter)];
  const found = folders.some(
    (folder) => !folder.includes('node_modules') && existsSync(join(folder, 'pulumi')),
  );
  return found ? null : 'no pulumi on PATH or in ~/.pulumi/bin (https://www.pulumi.com/docs/install/)';
}

/** Unit tests measure nothing and start no shop, and some wait for a process: more files at once than there are cores. */
const SIDE_BY_SIDE = Math.min(2 * availableParallelism(), 8);
/** Shops at a quarter of the load, where no curve is graded: each has ports of its own, and mostly waits. */
const SHOPS_AT_ONCE = Math.min(availableParallelism() + 1, 3);
/** Their files that take more than a minute, the longest first: what is short fills the gaps at the end. */
const LONGEST = ['ops/exercise', 'browser/console', 'ops/answer-key', 'shop/shop'];

/**
 * `idle`: no test of a running program, so it takes what the other parts leave of the machine. `shops`: its files run with
 * those of the other such parts, {@link SHOPS_AT_ONCE} at once. Output of both comes when they have ended. `graded`: it measures,
 * so nothing runs beside it, not even what is idle.
 */
const parts = [
  // eslint, who may import whom (dependency-cruiser), what nothing uses (knip).
  { name: 'lint', idle: true, command: ['npm', 'run', '--silent', 'lint'] },
  { name: 'format', idle: true, command: [bin('prettier'), '--check', '--log-level', 'warn', '.'] },
  // Compiles the Pulumi program too, which `npm start` doesn't need: its mock tests run compiled.
  { name: 'types', command: [bin('tsc'), '-b', 'tsconfig.json', 'services/tsconfig.pages.json'] },
  { name: 'docs', idle: true, command: [process.execPath, 'dist/cli/generate-docs.js', '--check'] },
  {
    name: 'unit',
    concurrency: SIDE_BY_SIDE,
    files: () =>
      tests(
        'dist/{scenario,report,machine,services,local,cli,infra,stacks,policy}/**/*.test.js',
        'dist/test/{house,telemetry}/*.test.js',
        'services/*/public/**/*.test.js',
      ),
  },
  // Asks kubeconform, kube-score and checkov where they are installed, and says so where not.
  { name: 'manifests', concurrency: SIDE_BY_SIDE, files: () => tests('dist/test/manifests/*.test.js') },
  { name: 'browser', shops: true, files: () => tests('dist/test/browser/*.test.js'), missing: noBrowser() },
  { name: 'ops', shops: true, files: () => tests('dist/test/ops/*.test.js') },
  { name: 'shop', shops: true, files: () => tests('dist/test/shop/*.test.js') },
  // Seconds; FUZZ_SEED brings a run's requests again.
  { name: 'fuzz', shops: true, files: () => tests('dist/test/fuzz/*.test.js') },
  // Each with a PostgreSQL of its own, and no shop.
  { name: 'database', shops: true, files: () => tests('dist/test/database/*.test.js') },
  { name: 'demo', graded: true, files: () => tests('dist/test/demo/*.test.js') },
  { name: 'engine', files: () => tests('dist/test/engine/life.test.js'), missing: noEngine() },
  {
    name: 'engine-full',
    files: () => tests('dist/test/engine/{modes,recovery,two-stacks}.test.js'),
    missing:
      noEngine() ??
      (process.env.PULUMI_E2E_FULL === '1' ? null : 'a quarter of an hour; PULUMI_E2E_FULL=1 runs it'),
  },
  {
    name: 'aws',
    files: () => tests('dist/test/aws/*.test.js'),
    missing:
      process.env.PULUMI_AWS_E2E === '1'
        ? null
        : 'it makes an EC2 host and costs money; PULUMI_AWS_E2E=1 runs it (test/aws/settings.ts)',
  },
];

/**
 * Variables of the user's shell that are meant for other programs: tests start from none of them. Certificates and
 * coverage are meant for every Node.
 */
const OF_OTHERS =
  /^(OTEL_\w+|PG[A-Z]+|NODE_(?!EXTRA_CA_CERTS$|V8_COVERAGE$)\w+|LOG_LEVEL|DEBUG|GIT_(DIR|WORK_TREE|INDEX_FILE)|(HTTPS?|ALL|NO)_PROXY)$/i;
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !OF_OTHERS.test(name)));
// Hundreds of test files load the same packages, Pulumi's among them; coverage is not exact with it.
if (env.NODE_V8_COVERAGE === undefined) env.NODE_COMPILE_CACHE = COMPILE_CACHE;

// A test whose source is gone must not run, in whatever room: setup.mjs looks after those it compiles itself.
removeOrphans(root);
const reports = mkdtempSync(join(tmpdir(), 'ecommerce-demo-report-'));
const totals = { passed: 0, failed: 0, skipped: 0 };

/** Counts of one run of node's test runner, from the last lines of its TAP report. */
function count(report) {
  const text = existsSync(report) ? readFileSync(report, 'utf8') : '';
  const number = (what) => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  return { passed: number('pass'), failed: number('fail') + number('cancelled'), skipped: number('skipped') };
}

/** A program's exit code. @param quiet what it writes comes when it has ended */
async function run([program, ...args], { title, quiet = false, idle = false }) {
  const child = spawn(program, args, {
    cwd: root,
    env,
    stdio: ['ignore', ...Array(2).fill(quiet ? 'pipe' : 'inherit')],
  });
  if (!quiet) process.stdout.write(`\n--- ${title}\n`);
  if (idle && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  const written = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => written.push(chunk));
  const [code] = await once(child, 'close').catch((error) => {
    written.push(Buffer.from(`${String(error)}\n`));
    return [1];
  });
  if (quiet) process.stdout.write(`\n--- ${title}\n${Buffer.concat(written).toString()}`);
  return code;
}

/** Runs test files, and counts. */
async function runTests(files, { title, concurrency = 1, quiet = false }) {
  const report = join(reports, `${title.replaceAll('/', '-')}.tap`);
  const code = await run(
    [
      process.execPath,
      '--test',
      `--test-concurrency=${concurrency}`,
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      '--test-reporter=tap',
      `--test-reporter-destination=${report}`,
      ...files,
    ],
    { title, quiet },
  );
  const counted = count(report);
  // What ends badly, or runs no test at all, has failed whatever it counted.
  if (counted.failed === 0 && (code !== 0 || counted.passed === 0)) counted.failed = 1;
  return counted;
}

/** Does a piece of a part's work, and adds it to the part's line. */
async function account(part, work) {
  const started = Date.now();
  const counted = await work();
  part.counted ??= { passed: 0, failed: 0, skipped: 0, seconds: 0 };
  for (const key of Object.keys(totals)) {
    totals[key] += counted[key];
    part.counted[key] += counted[key];
  }
  part.counted.seconds += (Date.now() - started) / 1000;
}

async function runPart(part) {
  const { name: title, idle = false, concurrency, command, files } = part;
  await account(part, async () => {
    if (!command) return runTests(files(), { title, concurrency });
    const code = await run(command, { title, quiet: idle, idle });
    return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  });
}

/** The files of several parts, so many at once. */
async function runShops(some) {
  const waiting = some.flatMap((part) =>
    part.files().map((file) => ({ part, file, title: `${part.name}/${basename(file, '.test.js')}` })),
  );
  const rank = ({ title }) => (LONGEST.includes(title) ? LONGEST.indexOf(title) : LONGEST.length);
  waiting.sort((one, other) => rank(one) - rank(other));
  const next = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const { part, file, title } = job;
      await account(part, () => runTests([file], { title, quiet: true }));
    }
  };
  await Promise.all(Array.from({ length: SHOPS_AT_ONCE }, next));
}

function lineOf({ name, missing, counted }) {
  if (missing) return `skipped  ${name}: ${missing}`;
  const { passed, failed, skipped, seconds } = counted;
  const verdict = failed > 0 ? 'FAILED ' : 'ran    ';
  return `${verdict}  ${name}: ${passed} passed, ${failed} failed, ${skipped} skipped (${seconds.toFixed(0)} s)`;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !parts.some((part) => part.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `No part ${unknown.join(', ')}: there are ${parts.map(({ name }) => name).join(', ')}\n`,
  );
  process.exit(2);
}
const chosen = parts.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
for (const { name, missing } of chosen) {
  if (!missing) continue;
  totals.skipped += 1;
  process.stdout.write(`\n--- ${name}: skipped, ${missing}\n`);
}
const queue = chosen.filter(({ missing }) => !missing);
const idle = [];
/** Databases that are made and seeded, for the shops of the tests to begin with (test/data-template.ts). */
const templates = mkdtempSync(join(tmpdir(), 'ecommerce-demo-templates-'));
let seeded = null;
async function makeTemplates() {
  // PostgreSQL may run as another user.
  chmodSync(templates, 0o711);
  const command = [process.execPath, 'dist/test/data-template.js', templates, '50000', '100000'];
  // Without them each shop makes its own.
  if ((await run(command, { title: 'databases to begin with', quiet: true })) === 0)
    env.TEST_DATA_TEMPLATES = templates;
}
while (queue.length > 0) {
  const [first] = queue;
  if (first.idle) {
    idle.push(runPart(queue.shift()));
  } else if (first.shops) {
    await seeded;
    const others = queue.findIndex(({ shops }) => !shops);
    await runShops(queue.splice(0, others === -1 ? queue.length : others));
  } else {
    if (first.graded) await Promise.all(idle);
    await runPart(queue.shift());
    // What it needs is compiled now, and unit tests leave some of the machine.
    if (queue.some(({ shops }) => shops)) seeded ??= makeTemplates();
  }
}
await Promise.all([...idle, seeded]);
for (const folder of [reports, templates]) rmSync(folder, { recursive: true, force: true });
process.stdout.write(
  `\n${chosen.map(lineOf).join('\n')}\n\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`,
);
process.exit(totals.failed > 0 ? 1 : 0);
