import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Refusal } from '../../machine/errors';
import { contentMark } from './file-watch';
import { SILENT } from '../../test/mocks/reporter';
import { watchStack } from './stack-watch';

describe('the watch on the stack file', () => {
  let folder: string;
  let file: string;
  let problems: string[];
  let close: (() => Promise<void>) | null;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'stack-watch-'));
    file = path.join(folder, 'Pulumi.dev.yaml');
    writeFileSync(file, 'a');
    problems = [];
    close = null;
  });
  afterEach(async () => {
    await close?.();
    rmSync(folder, { recursive: true });
  });

  function watch(apply: () => Promise<void>, since?: string): void {
    const reporter = { ...SILENT, problem: (text: string) => problems.push(text) };
    close = watchStack(file, apply, reporter, {
      pollMs: 200,
      retryMs: 50,
      ...(since === undefined ? {} : { since }),
    }).close;
  }

  async function until(test: () => boolean, what: string): Promise<void> {
    const deadline = performance.now() + 5000;
    while (!test()) {
      assert.ok(performance.now() < deadline, what);
      await delay(20);
    }
  }

  it('applies a written and a replaced file once each, and nothing without a change of content', async () => {
    let applied = 0;
    watch(() => {
      applied += 1;
      return Promise.resolve();
    });
    await delay(300);
    assert.equal(applied, 0);
    writeFileSync(file, 'b');
    await until(() => applied === 1, 'written');
    // As editors do: a new file in the place of the old one.
    writeFileSync(`${file}.tmp`, 'c');
    renameSync(`${file}.tmp`, file);
    await until(() => applied === 2, 'replaced');
    writeFileSync(file, 'c');
    await delay(500);
    assert.equal(applied, 2);
  });

  it('sees a change that came before the watch began', async () => {
    let applied = 0;
    const mark = contentMark(file);
    writeFileSync(file, 'edited while the shop was starting');
    watch(() => {
      applied += 1;
      return Promise.resolve();
    }, mark);
    await until(() => applied === 1, 'the early change');
  });

  it('tells a faulty file once and goes on watching', async () => {
    let applied = 0;
    watch(() => {
      applied += 1;
      return applied === 1
        ? Promise.reject(new Refusal('demoMode = "x": must be normal', 2))
        : Promise.resolve();
    });
    writeFileSync(file, 'faulty');
    await until(() => problems.length === 1, 'the fault');
    assert.match(problems[0] ?? '', /demoMode = "x"[^]*goes on as it was/);
    await delay(300);
    assert.equal(applied, 1, 'a fault is not tried again');
    writeFileSync(file, 'corrected');
    await until(() => applied === 2, 'the corrected file');
  });

  it('tries again while the database is away, and handles a change that came meanwhile after it', async () => {
    const seen: string[] = [];
    let away = true;
    watch(async () => {
      if (away) throw new Error('connect ECONNREFUSED');
      seen.push(contentMark(file));
      await delay(100);
    });
    writeFileSync(file, 'b');
    await until(() => problems.length > 0, 'the first try');
    await delay(200);
    assert.equal(problems.length, 1, 'told once');
    away = false;
    await until(() => seen.length === 1, 'the retry');
    writeFileSync(file, 'c');
    await until(() => seen.length === 2, 'the next change');
    assert.notEqual(seen[0], seen[1]);
  });

  it('takes an empty file for an editor that is still saving', async (context) => {
    let applied = 0;
    watch(() => {
      applied += 1;
      return Promise.resolve();
    });
    // Only how long it stays empty is virtual.
    context.mock.timers.enable({ apis: ['Date'], now: Date.now() });
    writeFileSync(file, '');
    await delay(600);
    assert.equal(applied, 0, 'it may be filled at any moment');
    writeFileSync(file, 'b');
    await until(() => applied === 1, 'the second step');
    writeFileSync(file, ' \n');
    await delay(600);
    assert.equal(applied, 1);
    context.mock.timers.tick(3001);
    await until(() => applied === 2, 'it is meant to be empty');
  });
});
