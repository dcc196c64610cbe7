import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import type { EngineEvent } from '@pulumi/pulumi/automation';
import { Refusal } from '../../machine/errors';
import { engineRoots } from './pulumi-engine';
import { lockOf, problemOf, progressLine } from './stack-engine';
import { accessOf, notToBeRead } from './stack-target';

const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'demo-engine-')));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("the engine's installation", () => {
  it("is the program itself, never npm's wrapper", () => {
    const make = (...parts: string[]): string => {
      const file = path.join(folder, ...parts);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, '');
      return file;
    };
    const program = make('home', 'versions', '3.259.0', 'bin', 'pulumi');
    mkdirSync(path.join(folder, 'home', 'bin'));
    symlinkSync(program, path.join(folder, 'home', 'bin', 'pulumi'));
    const wrapper = make('repo', 'node_modules', 'pulumi', 'run.js');
    mkdirSync(path.join(folder, 'repo', 'node_modules', '.bin'));
    symlinkSync(wrapper, path.join(folder, 'repo', 'node_modules', '.bin', 'pulumi'));
    const own = make('opt', 'bin', 'pulumi');
    const roots = engineRoots({
      PULUMI_HOME: path.join(folder, 'home'),
      PATH: [path.join(folder, 'repo', 'node_modules', '.bin'), path.dirname(own), '/nowhere'].join(
        path.delimiter,
      ),
    });
    assert.deepEqual(roots, [path.join(folder, 'opt'), path.join(folder, 'home', 'versions', '3.259.0')]);
  });
});

describe("the engine's events", () => {
  const outputs = (op: string): Partial<EngineEvent> => ({
    resOutputsEvent: {
      metadata: { op, urn: 'urn:pulumi:dev::shop::a$b::scenario-row', type: 't', provider: '' },
    } as unknown as NonNullable<EngineEvent['resOutputsEvent']>,
  });

  it('tell what changed, and nothing of what did not', () => {
    assert.equal(progressLine(outputs('update')), 'scenario-row updated');
    assert.equal(progressLine(outputs('same')), null);
    assert.equal(progressLine({}), null);
  });

  it('tell errors without their formatting', () => {
    const event = (severity: 'error' | 'info'): Partial<EngineEvent> => ({
      diagnosticEvent: { severity, message: '<{%fg 1%}>it is <{%reset%}>broken\n', color: 'never' },
    });
    assert.equal(problemOf(event('error')), 'it is broken');
    assert.equal(problemOf(event('info')), null);
  });

  it('tell who holds the lock', () => {
    const text =
      'code: 255 stderr: error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or ' +
      'delete the lock file with `pulumi cancel`.\n  file:///tmp/k/.pulumi/locks/x.json: created by root@vm (pid 4711) at 2026-11-21T16:00:00Z';
    assert.deepEqual([lockOf(new Error(text))?.pid, lockOf(new Error(text))?.host], [4711, 'vm']);
    assert.equal(lockOf(new Error('it is broken')), null);
  });
});

describe("a stack's outputs", () => {
  const outputs = {
    shopUrl: 'http://10.0.0.1:30018',
    consoleUrl: 'http://10.0.0.1:30020',
    adminToken: 't',
    kubeconfig: 'k',
    kubeContext: null,
    namespace: 'ecommerce-demo',
    conductorDatabase: {
      host: '10.0.0.1',
      port: 30032,
      user: 'conductor',
      password: 'p',
      database: 'shop',
      ca: 'c',
    },
  };

  it('say how to reach it, with TLS', () => {
    const access = accessOf('dev', outputs);
    assert.equal(access.context, null);
    assert.equal(access.conductor.port, 30032);
    assert.equal((access.conductor.ssl as { ca: string }).ca, 'c');
  });

  it('that are missing are named with the remedy', () => {
    assert.throws(
      () => accessOf('dev', { ...outputs, namespace: undefined, conductorDatabase: undefined }),
      (error) =>
        error instanceof Refusal &&
        /no output namespace, conductorDatabase\.host[^]*pulumi up --stack dev/.test(error.message),
    );
  });
});

it('says that a stack is not there in the engine’s own words, and what it may be', () => {
  const error = new Error(
    "code: -2\n stdout: \n stderr: Command failed with exit code 6: /bin/pulumi stack select\nerror: no stack named 'x' found\n err?: …",
  );
  assert.match(
    notToBeRead('config', 'x', error).message,
    /^The config of stack x cannot be read: no stack named 'x' found\nIs it the right name/,
  );
});
