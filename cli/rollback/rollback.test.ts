import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { Interrupted } from '../../machine/errors';
import { failed, ok, runCheck, type Finding } from '../checks/check';
import { newIntent, type Intent } from '../control/intent';
import { cohortStats } from '../observation/answers';
import { rollback, type RollbackTools } from './rollback';

const folder = mkdtempSync(path.join(tmpdir(), 'rollback-'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});
const file = path.join(folder, 'Pulumi.dev.yaml');
const NORMAL = '# mine\nconfig:\n  ecommerce-demo:demoMode: normal\n';
const OUTAGE = NORMAL.replace('normal', 'blackfriday');

let done: string[] = [];
let lines: string[] = [];
beforeEach(() => {
  done = [];
  lines = [];
  writeFileSync(file, OUTAGE);
});

interface Case {
  kind?: 'local' | 'stack';
  intent?: Intent | null;
  clear?: () => Promise<void>;
  check?: Finding;
  /** Of a hundred checkouts of the last ten seconds. */
  errors?: () => number;
  tools?: Partial<RollbackTools>;
}

async function roll({
  kind = 'stack',
  intent = null,
  clear,
  check = ok('well'),
  errors,
  tools = {},
}: Case = {}) {
  const target = {
    kind,
    name: 'dev',
    stack: 'dev',
    config: file,
    intents: {
      read: () => Promise.resolve(intent),
      claim: () => Promise.resolve(null),
      update: () => Promise.resolve(),
      clear:
        clear ??
        (() => {
          done.push('record removed');
          return Promise.resolve();
        }),
    },
  };
  let looks = 0;
  return rollback(target, {
    observer: {
      traffic: () =>
        Promise.resolve({
          baseline: cohortStats({}),
          demo: cohortStats({ total: { errors: 7 }, last_10s: { requests: 100, errors: errors?.() ?? 0 } }),
        }),
    },
    output: { line: (text) => lines.push(text) },
    patienceMs: 5000,
    now: () => looks * 1000,
    wait: () => {
      looks += 1;
      return Promise.resolve();
    },
    check: () => undefined,
    database: () => {
      done.push(`database, file ${/demoMode: (\w+)/.exec(readFileSync(file, 'utf8'))?.[1] ?? ''}`);
      return Promise.resolve({ wasOutage: true });
    },
    updateStack: () => {
      done.push(`up ${/demoMode: (\w+)/.exec(readFileSync(file, 'utf8'))?.[1] ?? ''}`);
      return Promise.resolve();
    },
    verification: () => [runCheck('pool', () => Promise.resolve(check))],
    ...tools,
  });
}

describe('a rollback', () => {
  it('heals the database first, then the file, then the stack, and forgets the killed run when all is verified', async () => {
    const result = await roll();
    assert.deepEqual(done, ['database, file blackfriday', 'up normal', 'record removed']);
    assert.equal(readFileSync(file, 'utf8'), NORMAL);
    assert.equal(result.ok, true);
    assert.deepEqual([result.target, result.name], ['stack', 'dev']);
    assert.match(lines.join('\n'), /✓ Checkouts: 0\.0% of the last ten seconds failed \(of 100\)/);
    assert.match(lines.at(-1) ?? '', /^✓ back to normal/);
  });

  it('updates no stack of a shop on this machine, and none that has nothing to change', async () => {
    await roll({ kind: 'local' });
    writeFileSync(file, NORMAL);
    await roll({ tools: { database: () => Promise.resolve({ wasOutage: false }) } });
    assert.deepEqual(
      done.filter((what) => what.startsWith('up')),
      [],
    );
  });

  it('puts the file back as it was before a run that was killed, and updates the stack for it', async () => {
    const before = `${NORMAL}  ecommerce-demo:traffic: {scale: 0.5}\n`;
    writeFileSync(file, `${OUTAGE}  ecommerce-demo:traffic: {scale: 1}\n`);
    const intent: Intent = { ...newIntent('config', new Date()), state: 'open', configBefore: before };
    assert.equal((await roll({ intent })).ok, true);
    assert.equal(readFileSync(file, 'utf8'), before);
    assert.deepEqual(done.slice(1), ['up normal', 'record removed']);
  });

  it('goes on when PostgreSQL is away, waits for nothing then, and says that it is not back to normal', async () => {
    let waits = 0;
    const result = await roll({
      errors: () => 78,
      tools: {
        database: () => Promise.reject(new Error('ECONNREFUSED')),
        wait: () => {
          waits += 1;
          return Promise.resolve();
        },
        now: () => waits * 1000 + performance.now(),
      },
    });
    assert.equal(result.ok, false);
    assert.deepEqual(done, ['up normal'], 'the record stays: the next command tries again');
    assert.ok(waits <= 1, `${waits} waits`);
    assert.match(lines.join('\n'), /✗ PostgreSQL: ECONNREFUSED/);
    assert.match(lines.at(-1) ?? '', /^✗ not back to normal/);
  });

  it('is not verified while a check fails, checkouts fail, the update fails or the record cannot be removed', async () => {
    const intact = ['database, file blackfriday', 'up normal'];
    assert.equal((await roll({ check: failed('3 connections, should be 25') })).ok, false);
    assert.deepEqual(done.splice(0), intact);
    assert.match(lines.join('\n'), /3 connections, should be 25\n.*→/);
    writeFileSync(file, OUTAGE);
    assert.equal((await roll({ errors: () => 3 })).ok, false);
    assert.deepEqual(done.splice(0), intact);
    const update = { updateStack: () => Promise.reject(new Error('no engine')) };
    assert.equal((await roll({ tools: update })).ok, false);
    assert.match(lines.join('\n'), /healed at run time, but the stack's state is not: no engine/);
    assert.equal((await roll({ clear: () => Promise.reject(new Error('read-only')) })).ok, false);
    assert.match(lines.join('\n'), /record of a killed run cannot be removed: read-only/);
  });

  it('tells a file that cannot be cleaned, and leaves it as it is', async () => {
    const broken = `${OUTAGE}  ecommerce-demo:pool: {max: [\n`;
    writeFileSync(file, broken);
    await roll();
    assert.equal(readFileSync(file, 'utf8'), broken);
    assert.match(lines.join('\n'), /✗ the stack's config cannot be cleaned/);
  });

  it('waits until checkouts succeed, and says when the last one failed', async () => {
    let left = 4;
    const result = await roll({ errors: () => (left-- > 0 ? 40 : 0) });
    assert.equal(result.ok, true);
    assert.match(lines.at(-1) ?? '', /the last checkout failed after/);
  });

  it('ends when somebody asks for the end', async () => {
    const check = (): void => {
      throw new Interrupted('Ctrl-C');
    };
    await assert.rejects(roll({ tools: { check } }), Interrupted);
  });
});
