import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { ConfigError } from './config-error';
import { ConfigFileError, loadScenarioConfig, parseStackConfig, readStackConfigFile } from './config-file';

function projectWith(context: TestContext, text: string): { projectDir: string; stack: string } {
  const projectDir = mkdtempSync(join(tmpdir(), 'stack-config-'));
  context.after(() => {
    rmSync(projectDir, { recursive: true });
  });
  writeFileSync(join(projectDir, 'Pulumi.dev.yaml'), text);
  return { projectDir, stack: 'dev' };
}

const STACK = `encryptionsalt: v1:abc
config:
  # what pulumi config set writes
  ecommerce-demo:demoMode: blackfriday
  ecommerce-demo:minuteSeconds: "6"
  aws:region: eu-west-1
  ecommerce-demo:traffic:
    scale: 0.25
  ecommerce-demo:kubeconfig:
    secure: v1:xyz
  ecommerce-demo:otlp:
    endpoint: http://localhost:4318
    token:
      secure: v1:xyz
  ecommerce-demo:config:demoRun: "2"
`;

test("the project's keys are read; other namespaces, secrets and the salt are not", (context) => {
  const source = projectWith(context, STACK);
  const expected = {
    demoMode: 'blackfriday',
    minuteSeconds: '6',
    traffic: { scale: 0.25 },
    otlp: { endpoint: 'http://localhost:4318' },
    demoRun: '2',
  };
  assert.deepEqual(readStackConfigFile(source).values, expected);
  assert.deepEqual(readStackConfigFile(join(source.projectDir, 'Pulumi.dev.yaml')).values, expected);
  assert.deepEqual(loadScenarioConfig(source), {
    demoMode: 'blackfriday',
    minuteSeconds: 6,
    traffic: { scale: 0.25 },
    demoRun: 2,
  });
});

test('an empty file, an empty config and a file without config hold nothing', () => {
  for (const text of ['', '# nothing\n', 'config:\n', 'config: {}\n', 'encryptionsalt: v1:abc\n']) {
    assert.deepEqual(parseStackConfig(text, 'Pulumi.dev.yaml').values, {});
  }
});

test('broken YAML is reported with file and line', () => {
  const fails = (text: string, line: number, pattern: RegExp) => {
    assert.throws(
      () => parseStackConfig(text, 'Pulumi.dev.yaml'),
      (error) => error instanceof ConfigFileError && error.line === line && pattern.test(error.message),
    );
  };
  fails('config:\n  ecommerce-demo:curve: [1, 2\n', 3, /Pulumi\.dev\.yaml:3: broken YAML/);
  fails('config:\n  ecommerce-demo:demoRun: 1\n  ecommerce-demo:demoRun: 2\n', 3, /unique/);
  fails('config:\n\tecommerce-demo:demoRun: 1\n', 2, /broken YAML/);
  // Aliases: that of nothing, of itself, and of more than anybody means.
  fails(
    'config:\n  ecommerce-demo:demoMode: *normal\n',
    2,
    /broken YAML: `ecommerce-demo:demoMode`: Unresolved alias/,
  );
  fails(
    'config:\n  ecommerce-demo:traffic: &t\n    scale: *t\n',
    2,
    /broken YAML: `ecommerce-demo:traffic`: /,
  );
  const nested = 'abcd'.split('').map(
    (name, at, all) =>
      `${name}: &${name} [${Array(9)
        .fill(at === 0 ? 'x' : `*${all[at - 1] ?? ''}`)
        .join()}]\n`,
  );
  fails(`${nested.join('')}config:\n  ecommerce-demo:curve: *d\n`, 6, /broken YAML: .* alias count/);
  fails('config:\n  ecommerce-demo:demoRun: 1\n  demoMode: normal\n', 3, /write `ecommerce-demo:demoMode`/);
  fails('config: 5\n', 1, /must be a map/);
  fails('- 1\n', 1, /must be a map/);
});

test('a missing file names the stacks that are there', (context) => {
  const { projectDir } = projectWith(context, STACK);
  assert.throws(
    () => readStackConfigFile({ projectDir, stack: 'prod' }),
    /Pulumi\.prod\.yaml.*stacks here: dev/,
  );
});

test('faults come with their lines', (context) => {
  const source = projectWith(
    context,
    'config:\n  ecommerce-demo:demoMod: normal\n  ecommerce-demo:pool:\n    max: 0\n',
  );
  assert.throws(
    () => loadScenarioConfig(source),
    (error) => {
      assert.ok(error instanceof ConfigError);
      assert.deepEqual(error.faults.map(({ key, line }) => [key, line]).sort(), [
        ['demoMod', 2],
        ['pool.max', 3],
      ]);
      assert.match(
        error.message,
        /Pulumi\.dev\.yaml: 2 faults[^]*line 2: demoMod = "normal".*did you mean `demoMode`/,
      );
      return true;
    },
  );
});

test('a key by the name of an object’s own is a key that is not known, not one passed over', (context) => {
  for (const name of ['__proto__', 'constructor', 'toString']) {
    const source = projectWith(context, `config:\n  ecommerce-demo:${name}:\n    demoMode: blackfriday\n`);
    assert.throws(
      () => loadScenarioConfig(source),
      (error) => error instanceof ConfigError && error.faults.some(({ key }) => key === name),
      name,
    );
  }
  const inGroup = projectWith(context, 'config:\n  ecommerce-demo:pool.__proto__: 5\n');
  assert.throws(() => loadScenarioConfig(inGroup), ConfigError);
});
