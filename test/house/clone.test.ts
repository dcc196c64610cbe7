import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { it } from 'node:test';
import { repositoryDir } from '../harness';

/** The commands of the README, whose set-up must be part of them. */
const COMMANDS = [
  'start',
  'test',
  'demo',
  'doctor',
  'validate',
  'rollback',
  'backup',
  'restore',
  'soak',
  'coralogix',
  'audit',
];

interface Manifest {
  scripts: Record<string, string>;
}

it('no command waits for a script that ignore-scripts leaves out', () => {
  const { scripts } = JSON.parse(readFileSync(path.join(repositoryDir, 'package.json'), 'utf8')) as Manifest;
  const before = Object.keys(scripts).filter(
    (name) => /^(pre|post)/.test(name) && scripts[name.replace(/^(pre|post)/, '')] !== undefined,
  );
  assert.deepEqual(before, []);
  for (const name of COMMANDS) assert.match(scripts[name] ?? '', /^node setup\.mjs /, name);
});

it('npm start compiles and runs in a fresh clone, in whatever folder, with ignore-scripts', () => {
  const home = mkdtempSync(path.join(tmpdir(), 'clone-'));
  // Each of these has broken some program: in a URL, in a shell, in PATH.
  const clone = path.join(home, "a b:c #1 %41 ünï 'q'");
  try {
    // GIT_DIR of a shell is of another repository.
    const env = { PATH: process.env.PATH, HOME: process.env.HOME };
    const files = execFileSync('git', ['ls-files', '-z'], { cwd: repositoryDir, encoding: 'utf8', env });
    for (const file of files.split('\0').filter((name) => name !== '' && !name.startsWith('docs/'))) {
      cpSync(path.join(repositoryDir, file), path.join(clone, file));
    }
    borrowPackages(clone);
    const { stdout, stderr, status } = spawnSync('npm', ['start', '--', '--help'], {
      cwd: clone,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: home, npm_config_ignore_scripts: 'true' },
    });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /Compiling: done/);
    assert.match(stdout, /--port-offset/);
  } finally {
    rmSync(home, { recursive: true });
  }
});

it('packages are installed by the lock file whatever npm is told for other projects', () => {
  const home = mkdtempSync(path.join(tmpdir(), 'npm-'));
  try {
    for (const file of ['setup.mjs', 'orphans.mjs', 'package.json', 'package-lock.json'])
      cpSync(path.join(repositoryDir, file), path.join(home, file));
    const real = execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim();
    const [bin, asked] = [path.join(home, 'bin'), path.join(home, 'asked')];
    mkdirSync(bin);
    // Tells what npm would go by, instead of installing.
    writeFileSync(
      path.join(bin, 'npm'),
      `#!/bin/sh\nshift\n"${real}" config list --json "$@" >"${asked}"\nexit 1\n`,
      { mode: 0o755 },
    );
    writeFileSync(path.join(home, '.npmrc'), 'engine-strict=true\ndry-run=true\n');
    const { stderr } = spawnSync(process.execPath, [path.join(home, 'setup.mjs'), '--all'], {
      encoding: 'utf8',
      env: {
        HTTPS_PROXY: 'http://127.0.0.1:9',
        PATH: [bin, process.env.PATH].join(path.delimiter),
        HOME: home,
        npm_config_global: 'true',
        npm_config_location: 'global',
        npm_config_package_lock: 'false',
        npm_config_omit: 'optional',
      },
    });
    const config = JSON.parse(readFileSync(asked, 'utf8')) as Record<string, unknown>;
    const of = (...names: string[]): unknown[] => names.map((name) => config[name]);
    assert.deepEqual(of('global', 'location', 'engine-strict', 'dry-run', 'package-lock'), [
      false,
      'project',
      false,
      false,
      true,
    ]);
    assert.deepEqual(of('include'), [['dev', 'optional']]);
    assert.match(stderr, /registry \(npm goes by the proxy that HTTPS_PROXY names\)/);
  } finally {
    rmSync(home, { recursive: true });
  }
});

it('two commands at once install and compile once, and one that needs more adds it to what a running shop uses', async () => {
  const home = mkdtempSync(path.join(tmpdir(), 'two-'));
  try {
    for (const file of [
      'setup.mjs',
      'orphans.mjs',
      'package.json',
      'package-lock.json',
      'tsconfig.json',
      'tsconfig.build.json',
    ])
      cpSync(path.join(repositoryDir, file), path.join(home, file));
    const [bin, log] = [path.join(home, 'bin'), path.join(home, 'log')];
    mkdirSync(bin);
    writeFileSync(
      path.join(bin, 'npm'),
      `#!/bin/sh\necho begin $1 $2 >>"${log}"\nsleep 0.5\nmkdir -p node_modules/node/bin\nln -sf "${process.execPath}" node_modules/node/bin/node\necho end >>"${log}"\n`,
      { mode: 0o755 },
    );
    for (const script of ['compile', 'bundles', 'pages'])
      writeFileSync(
        path.join(home, `${script}.mjs`),
        `import { appendFileSync } from 'node:fs'; appendFileSync(${JSON.stringify(log)}, '${script}\\n');`,
      );
    // A killed one's: no process has a number as large.
    const lock = path.join(home, '.ecommerce-demo-setup');
    writeFileSync(lock, '99999999');
    const setUp = async (...args: string[]): Promise<unknown> => {
      const child = spawn(process.execPath, [path.join(home, 'setup.mjs'), ...args], {
        env: { PATH: [bin, process.env.PATH].join(path.delimiter), HOME: home },
        stdio: 'ignore',
      });
      return (await once(child, 'exit'))[0];
    };
    assert.deepEqual(await Promise.all([setUp(), setUp()]), [0, 0]);
    assert.deepEqual(readFileSync(log, 'utf8').trim().split('\n'), [
      'begin ci --no-audit',
      'end',
      'compile',
      'bundles',
      'pages',
    ]);
    assert.equal(existsSync(lock), false);
    // Of one that was killed before it wrote its number.
    writeFileSync(lock, '');
    // Not `ci`, which begins by removing everything.
    assert.equal(await setUp('--all'), 0);
    assert.deepEqual(readFileSync(log, 'utf8').trim().split('\n').slice(5), [
      'begin install --no-save',
      'end',
    ]);
  } finally {
    rmSync(home, { recursive: true });
  }
});

/** The packages that are installed here, as if they had been there: what is tried is not npm. */
function borrowPackages(clone: string): void {
  const [from, to] = [repositoryDir, clone].map((folder) => path.join(folder, 'node_modules')) as [
    string,
    string,
  ];
  mkdirSync(to);
  for (const name of readdirSync(from)) {
    if (!name.startsWith('.ecommerce')) symlinkSync(path.join(from, name), path.join(to, name));
  }
  const hash = createHash('sha256');
  for (const file of ['package.json', 'package-lock.json']) {
    hash.update(file).update(readFileSync(path.join(clone, file)));
  }
  writeFileSync(path.join(to, '.ecommerce-demo-install'), `${hash.digest('hex')} all`);
}
