import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { HEALTHY_POOL } from '../../scenario/causes/small-pool/document';
import { Refusal } from '../../machine/errors';
import { resolveScenario } from '../../scenario/resolve';
import type { Override, Scenario } from '../../scenario/types';
import { readCommand } from '../../machine/options';
import { DEMO, type DemoOptions } from '../run/arguments';
import type { Conductor } from '../target/conductor';
import { ConfigOutage, outageKeys, OverrideOutage, reliefOf, type OutageEngine } from './outage';
import { minuteAt } from '../../scenario/override/clock';
import { planRun } from '../run/run-plan';

const folder = mkdtempSync(path.join(tmpdir(), 'demo-outage-'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});
const TEXT = '# mine\nconfig:\n  ecommerce-demo:demoMode: normal\n  ecommerce-demo:traffic: {scale: 0.25}\n';
const file = path.join(folder, 'Pulumi.dev.yaml');
writeFileSync(file, TEXT);
const NOW = 1_700_000_000;
const desired = resolveScenario({}, { nowSeconds: NOW, scaleDefault: 0.25 });
function options(...argv: string[]): DemoOptions {
  const command = readCommand(DEMO, argv, { repositoryDir: folder, cwd: folder });
  assert.ok(command);
  return { ...command.values, curve: null };
}
const planOf = (argv: string[], start: number | null = null) =>
  planRun(options('--minute-seconds', '6', ...argv), file, desired, NOW, 'abc', start);

describe('an outage by an override row', () => {
  /** A conductor that holds one row, and what was done, by a clock of its own. */
  function made() {
    const done: string[] = [];
    const clock = { now: NOW };
    let row: Override | null = null;
    const minute = (run: Override) =>
      minuteAt({ startTimestamp: run.startTimestamp, pausedAt: null, minuteSeconds: 6 }, clock.now);
    const conductor = {
      begin: (run: Override) => {
        row = run;
        done.push(`begun at minute ${minute(run).toFixed(1)}`);
        return Promise.resolve();
      },
      change: (change: (run: Override) => Override) => {
        assert.ok(row !== null);
        row = change(row);
        done.push(`moved to minute ${minute(row).toFixed(1)}`);
        return Promise.resolve(row);
      },
    } as unknown as Conductor;
    const outage = new OverrideOutage(
      conductor,
      ({ releases }) => {
        clock.now += 3;
        done.push(`checkout ${releases.checkout} is in place`);
        return Promise.resolve();
      },
      () => clock.now,
    );
    return { outage, done };
  }

  it('that begins in its middle is made at its beginning, and jumps when all is in place', async () => {
    const { outage, done } = made();
    const plan = await outage.begin(planOf(['--mode', 'bad-release', '--from', '14']));
    assert.deepEqual(done, [
      'begun at minute -0.8',
      'checkout 1.1.0 is in place',
      `moved to minute ${(14 - 5 / 6).toFixed(1)}`,
    ]);
    assert.equal(plan.override.startTimestamp, NOW + 3 + 5 - 14 * 6);
  });

  it('keeps the start that somebody named, and waits for nothing where it begins with minute 0', async () => {
    const given = made();
    const start = NOW + 60 - 14 * 6;
    const plan = await given.outage.begin(planOf(['--mode', 'bad-release', '--from', '14'], start));
    assert.equal(plan.override.startTimestamp, start);
    const whole = made();
    await whole.outage.begin(planOf(['--mode', 'bad-release']));
    assert.deepEqual(whole.done, ['begun at minute -0.8']);
  });
});

describe('an outage by configuration', () => {
  it('is the keys a person would set, and a start only where somebody named one', () => {
    const { values, removed } = outageKeys(planOf([]), { demoStartTimestamp: 5 });
    assert.deepEqual(values, {
      demoMode: 'blackfriday',
      minuteSeconds: '6',
      durationMinutes: '35',
      shownMinutes: '30',
      'traffic.scale': '0.25',
      startDelaySeconds: '8',
    });
    assert.deepEqual(removed, ['demoStartTimestamp'], 'one of another run would be in the way');
    const given = outageKeys(planOf([], NOW + 500), { demoStartTimestamp: 5 });
    assert.equal(given.values.demoStartTimestamp, String(NOW + 500));
    assert.deepEqual(given.removed, []);
    assert.equal(outageKeys(planOf(['--ablate', 'pool']), {}).values['pool.max'], String(HEALTHY_POOL.max));
    assert.equal(
      outageKeys(planOf(['--ablate', 'index']), {}).values['indexes.idx_products_category'],
      'present',
    );
  });

  it('is healed at run time first, then by the file as it was and an update, even when the database is away', async () => {
    const done: string[] = [];
    const outage: Scenario = {
      ...planOf([]).scenario,
      startTimestamp: Date.now() / 1000 + 8,
      runId: 'stamped',
    };
    let answers = true;
    const conductor = {
      readState: () => Promise.resolve({ desired: outage, override: null }),
      relieve: ({ scenario }: Override) => {
        done.push(`relieve ${scenario.mode} pool ${String(scenario.pools.recommendation.max)}`);
        return answers ? Promise.resolve() : Promise.reject(new Error('away'));
      },
      end: () => {
        done.push('relief ended');
        return Promise.resolve(true);
      },
      change: (change: (run: Override) => Override) => {
        const { startTimestamp } = outage;
        assert.ok(startTimestamp !== null);
        const run = change({ ...reliefOf(outage, 0), mode: outage.mode, startTimestamp });
        done.push('moved');
        return Promise.resolve(run);
      },
    } as unknown as Conductor;
    const engine = {
      configure: () => {
        done.push('config set');
        writeFileSync(file, TEXT.replace('normal', 'blackfriday'));
        return Promise.resolve();
      },
      up: () => {
        done.push(`up ${/demoMode: (\w+)/.exec(readFileSync(file, 'utf8'))?.[1] ?? ''}`);
        return Promise.resolve();
      },
      busy: false,
    } as unknown as OutageEngine;
    const lines: string[] = [];
    const made = new ConfigOutage({ config: file, stack: 'dev' }, () => Promise.resolve(engine), conductor, {
      line: (text) => lines.push(text),
    });
    await made.prepare();
    assert.deepEqual(done.splice(0), ['up normal'], 'pending changes are deployed while all is well');
    const plan = await made.begin(planOf(['--from', '18']));
    assert.equal(plan.scenario.runId, 'stamped');
    const clock = { startTimestamp: plan.override.startTimestamp, pausedAt: null, minuteSeconds: 6 };
    assert.ok(Math.abs(minuteAt(clock, outage.startTimestamp ?? 0) - 18) < 0.01, 'minute 18 at its start');
    assert.deepEqual(done.splice(0), ['config set', 'up blackfriday', 'moved']);
    await made.end();
    assert.deepEqual(done.splice(0), ['relieve normal pool 25', 'up normal', 'relief ended']);
    assert.equal(readFileSync(file, 'utf8'), TEXT, 'byte for byte');
    answers = false;
    await made.end();
    assert.deepEqual(done, ['relieve normal pool 25', 'up normal', 'relief ended']);
    assert.match(lines.join('\n'), /not yet healed at run time \(away\)/);
  });

  it('ablated keeps every index that its preset drops', () => {
    const plan = planOf([
      '--mode',
      'blackfriday-v3',
      '--ablate',
      'index',
      '--minute-seconds',
      '30',
      '--scale',
      '1',
    ]);
    const { values } = outageKeys(plan, {});
    const kept = Object.keys(values).filter((key) => key.startsWith('indexes.'));
    assert.deepEqual(kept, ['indexes.idx_products_category', 'indexes.idx_products_stock_quantity']);
  });

  it('is healed at run time before anything else is looked at: file, engine, what is desired', async () => {
    const done: string[] = [];
    const conductor = {
      readState: () => Promise.resolve({ desired: null, override: null }),
      relieve: () => {
        done.push(`relieve, demoMode ${/demoMode: (\w+)/.exec(readFileSync(file, 'utf8'))?.[1] ?? ''}`);
        return Promise.resolve();
      },
    } as unknown as Conductor;
    writeFileSync(file, TEXT.replace('normal', 'blackfriday'));
    const noEngine = (): Promise<OutageEngine> =>
      Promise.reject(new Refusal('The Pulumi engine was not found'));
    const output = { line: () => undefined };
    const left = new ConfigOutage({ config: file, stack: 'dev' }, noEngine, conductor, output, TEXT);
    await assert.rejects(left.end(), /engine was not found.*healed at run time, until/s);
    assert.deepEqual(
      done.splice(0),
      ['relieve, demoMode blackfriday'],
      'with the file still as the run had it',
    );
    assert.equal(readFileSync(file, 'utf8'), TEXT);
  });

  it('is healed by an update even where nobody knows the healthy scenario', async () => {
    writeFileSync(file, TEXT);
    const done: string[] = [];
    const conductor = {
      readState: () =>
        done.length === 0 ? Promise.reject(new Error('away')) : Promise.resolve({ desired, override: null }),
      relieve: () => Promise.reject(new Error('nothing to relieve with')),
      end: () => Promise.resolve(true),
    } as unknown as Conductor;
    const engine = {
      up: () => {
        done.push('up');
        return Promise.resolve();
      },
      busy: false,
    } as unknown as OutageEngine;
    const lines: string[] = [];
    const output = { line: (text: string) => lines.push(text) };
    // The file of before is fit for no scenario: its owner had a key wrong all the time.
    const before = `${TEXT}  ecommerce-demo:minuteSeconds: soon\n`;
    const target = { config: file, stack: 'dev' };
    const left = new ConfigOutage(target, () => Promise.resolve(engine), conductor, output, before);
    assert.equal((await left.end()).mode, 'normal');
    assert.deepEqual(done, ['up']);
    assert.match(lines.join('\n'), /not yet healed at run time \(away\)/);
    writeFileSync(file, TEXT);
  });

  it('is healed at run time whatever the file is like, and a file that is not healed is not deployed', async () => {
    const done: string[] = [];
    const { scenario: broken } = planOf([]);
    const conductor = {
      readState: () => Promise.resolve({ desired: broken, override: null }),
      relieve: ({ scenario }: Override) => {
        done.push(`relieve ${scenario.mode} scale ${String(scenario.scale)}`);
        return Promise.resolve();
      },
      end: () => Promise.resolve(true),
    } as unknown as Conductor;
    const engine = {
      up: () => {
        done.push('up');
        return Promise.resolve();
      },
      busy: false,
    } as unknown as OutageEngine;
    const lines: string[] = [];
    const leftOpen = (before: string | null) =>
      new ConfigOutage(
        { config: file, stack: 'dev' },
        () => Promise.resolve(engine),
        conductor,
        { line: (text) => lines.push(text) },
        before,
      );
    const edit = `${TEXT}  ecommerce-demo:pool: {max: [\n`;
    writeFileSync(file, edit);
    await assert.rejects(leftOpen(TEXT).end(), /not overwritten.*healed at run time/s);
    assert.deepEqual(done.splice(0), ['relieve normal scale 0.25']);
    assert.equal(readFileSync(file, 'utf8'), edit);
    // From another machine than the run's: this one's file is its owner's, whatever a cluster says.
    const outage = TEXT.replace('normal', 'blackfriday');
    writeFileSync(file, outage);
    await assert.rejects(
      leftOpen(null).end(),
      /demoMode is blackfriday.*npm run rollback -- --target stack --stack dev/,
    );
    assert.deepEqual(done.splice(0), ['relieve normal scale 0.25']);
    assert.equal(readFileSync(file, 'utf8'), outage);
    const clean = `${TEXT}  ecommerce-demo:minuteSeconds: 6\n`;
    writeFileSync(file, clean);
    lines.length = 0;
    await leftOpen(null).end();
    assert.deepEqual(done.splice(0), ['relieve normal scale 0.25', 'up']);
    assert.equal(readFileSync(file, 'utf8'), clean);
    assert.match(lines.join('\n'), /pulumi config rm --stack dev --path minuteSeconds; .*traffic\.scale/);
  });
});
