import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Scenario } from '../../scenario/types';
import type { StartOptions } from '../arguments';
import { Refusal } from '../../machine/errors';
import { StackScenario } from './stack-scenario';

const NOW = 1_800_000_000;
const NEVER = { absentSeconds: Infinity };
const JUST = { absentSeconds: 5 };

describe('the scenario of a stack file under the options of the command line', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'stack-scenario-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function write(...lines: string[]): void {
    writeFileSync(
      path.join(folder, 'Pulumi.dev.yaml'),
      [
        'config:',
        ...lines.map((line) => `  ${line.startsWith(' ') ? '' : 'ecommerce-demo:'}${line}`),
        '',
      ].join('\n'),
    );
  }

  function stackWith(options: Partial<StartOptions> = {}): StackScenario {
    const none = { mode: null, minuteSeconds: null, scale: null, rows: null, fromMinute: null };
    return new StackScenario({ projectDir: folder, stack: 'dev' }, { ...none, ...options });
  }

  function next(stack: StackScenario, stored: Scenario | null, now: number, fresh: typeof JUST | null) {
    return stack.resolve(stack.read().config, stored, now, fresh);
  }

  it('runs at a quarter of the load unless file or option say otherwise', () => {
    write('demoMode: normal');
    assert.equal(next(stackWith(), null, NOW, NEVER).scenario.scale, 0.25);
    assert.equal(next(stackWith({ scale: 0.5 }), null, NOW, NEVER).scenario.scale, 0.5);
    write('traffic:', '  scale: 1');
    assert.equal(next(stackWith(), null, NOW, NEVER).scenario.scale, 1);
  });

  it('stamps a start once and keeps it until mode or demoRun changes', () => {
    write('demoMode: blackfriday');
    const stack = stackWith();
    const first = next(stack, null, NOW, NEVER).scenario;
    assert.equal(first.startTimestamp, NOW + 20);
    assert.equal(next(stack, first, NOW + 300, null).scenario.startTimestamp, NOW + 20);
    write('demoMode: blackfriday', 'demoRun: 2');
    assert.equal(next(stack, first, NOW + 400, null).scenario.startTimestamp, NOW + 420);
    write('demoMode: normal');
    assert.equal(next(stack, first, NOW + 500, null).scenario.startTimestamp, null);
  });

  it('keeps the start of an ended run while the runner lives', () => {
    write('demoMode: blackfriday');
    const stack = stackWith();
    const first = next(stack, null, NOW, NEVER).scenario;
    assert.equal(next(stack, first, NOW + 10_000, null).scenario.startTimestamp, NOW + 20);
  });

  it('takes a run up at a quick restart, and stamps a new start when it is over or was left', () => {
    write('demoMode: blackfriday');
    const first = next(stackWith(), null, NOW, NEVER).scenario;
    const again = next(stackWith(), first, NOW + 320, JUST);
    assert.equal(again.scenario.startTimestamp, NOW + 20);
    assert.deepEqual(again.notes, ['the run stored before goes on at minute 5.0']);
    const left = next(stackWith(), first, NOW + 320, { absentSeconds: 300 });
    assert.equal(left.scenario.startTimestamp, NOW + 340);
    assert.match(left.notes.join(), /left long ago/);
    const over = next(stackWith(), first, NOW + 5000, JUST);
    assert.equal(over.scenario.startTimestamp, NOW + 5020);
    assert.match(over.notes.join(), /is over/);
  });

  it('puts the start into the past for --from-minute, and keeps it when the file changes', () => {
    write('demoMode: blackfriday', 'minuteSeconds: 6');
    const stack = stackWith({ fromMinute: 10 });
    const first = next(stack, null, NOW, NEVER).scenario;
    assert.equal(first.startTimestamp, NOW - 60);
    write('demoMode: blackfriday', 'minuteSeconds: 6', 'pool:', '  max: 200');
    assert.equal(next(stack, first, NOW + 12, null).scenario.startTimestamp, NOW - 60);
  });

  it('refuses --from-minute in normal mode', () => {
    write('demoMode: normal');
    assert.throws(() => stackWith({ fromMinute: 3 }).read(), /--from-minute 3: .*--mode blackfriday/);
  });

  it('lets an option outrank the file until that key is changed in it', () => {
    write('demoMode: normal', 'minuteSeconds: 60');
    const stack = stackWith({ mode: 'blackfriday', minuteSeconds: 6 });
    assert.deepEqual(stack.read().config, { demoMode: 'blackfriday', minuteSeconds: 6 });
    write('demoMode: normal', 'minuteSeconds: 60', 'demoRun: 2');
    assert.deepEqual(stack.read(), {
      config: { demoMode: 'blackfriday', minuteSeconds: 6, demoRun: 2 },
      notes: [],
    });
    write('demoMode: blackfriday-v3', 'minuteSeconds: 60', 'demoRun: 2');
    const changed = stack.read();
    assert.deepEqual(changed.config, { demoMode: 'blackfriday-v3', minuteSeconds: 6, demoRun: 2 });
    assert.deepEqual(changed.notes, [
      'demoMode was changed in the file: --mode blackfriday no longer counts',
    ]);
  });

  it('names file and line, or the option, of every fault at once', () => {
    write('demoMode: blackfridayy', 'minuteSecond: 6');
    assert.throws(
      () => stackWith({ rows: 3 }).read(),
      (error: unknown) => {
        assert.ok(error instanceof Refusal);
        assert.equal(error.exitCode, 2);
        assert.match(error.message, /Pulumi\.dev\.yaml:2: ecommerce-demo:demoMode = "blackfridayy": /);
        assert.match(error.message, /Pulumi\.dev\.yaml:3: ecommerce-demo:minuteSecond = 6: /);
        assert.match(error.message, /^--rows 3: /m);
        return true;
      },
    );
  });

  it('keeps what counted when a changed file is faulty', () => {
    write('demoMode: normal');
    const stack = stackWith({ mode: 'blackfriday' });
    stack.read();
    write('demoMode: broken');
    assert.throws(() => stack.read(), Refusal);
    write('demoMode: normal');
    assert.equal(stack.read().config.demoMode, 'blackfriday');
  });
});
