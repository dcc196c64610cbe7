import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { presetOf } from '../../scenario/presets/all';
import { OUTAGES } from '../../scenario/types';
import { exerciseOf } from '../run/blind';
import { historyRows, historyTable, revelation } from './history';
import { RUNS_KEPT } from './kept-files';
import { keepRun, pastRuns, runsFolder, type PastRun } from './past-runs';
import { goodRun, withMinute } from '../../test/mocks/runs';
import type { RunFacts } from '../../report/report';
import { judge } from '../../report/verdict';

const folder = mkdtempSync(path.join(tmpdir(), 'demo-history-'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});
const past = (facts: RunFacts, change: Partial<PastRun> = {}): PastRun => ({
  ...judge(facts),
  exercise: null,
  revealed: false,
  ...change,
});
/** Minute 20 off its target by so much. */
const off = (share: number): RunFacts => {
  const facts = goodRun();
  const errors = 780 + Math.round(share * 1000);
  return withMinute(facts, 20, { demo: { errors, completed: 1000 - errors, errorRate: errors / 1000 } });
};

describe('the history of runs', () => {
  it('has the distance from the targets, and the trend against the last comparable run', () => {
    const rows = historyRows([
      past(off(0.06)),
      past(goodRun({ minuteSeconds: 60 })),
      past(off(0)),
      past(off(0.06)),
      past(off(0.061)),
    ]);
    assert.deepEqual(
      rows.map(({ trend }) => trend),
      [null, null, 'better', 'worse', 'same'],
    );
    assert.equal(rows[0]?.worstDeviation?.minute, 20);
    assert.ok(Math.abs((rows[0].meanDeviation ?? 0) - 0.01) < 0.001, String(rows[0].meanDeviation));
    const table = historyTable(rows);
    assert.match(table[1] ?? '', /blackfriday.*as promised.*\+6\.0 \(minute 20\).*green.*2\.1 s/);
  });

  it('keeps a run in its folder, whatever the database calls it', () => {
    const inside = path.join(folder, 'deep', 'data');
    const markdown = keepRun(inside, past({ ...goodRun(), runId: '../../../../escaped/x\u0000' }));
    assert.equal(path.dirname(markdown), runsFolder(inside));
    assert.equal(readdirSync(runsFolder(inside)).length, 4);
    assert.deepEqual(readdirSync(folder), ['deep']);
    rmSync(path.join(folder, 'deep'), { recursive: true });
  });

  it('hides a blind run until it was revealed', () => {
    const exercise = exerciseOf(7);
    const [hidden] = historyRows([past(goodRun(), { exercise })]);
    assert.equal(hidden?.scenario, 'blind');
    assert.equal(hidden.meanDeviation, null);
    const [shown] = historyRows([past(goodRun(), { exercise, revealed: true })]);
    assert.equal(shown?.scenario, 'blackfriday');
    const text = revelation(past(goodRun(), { exercise })).join('\n');
    assert.ok(text.includes(exercise.answer) && text.includes('seed 7'), text);
  });

  it('keeps the last runs, whole, and leaves out what is broken', () => {
    for (let index = 0; index < RUNS_KEPT + 2; index++) {
      const startedAt = new Date(Date.UTC(2026, 0, 1, 0, index)).toISOString();
      keepRun(folder, { ...past(goodRun()), startedAt, runId: `run-${String(index)}` });
    }
    writeFileSync(path.join(runsFolder(folder), 'zzz.json'), '{"runId": "half');
    const runs = pastRuns(folder);
    assert.equal(runs.length, RUNS_KEPT);
    assert.equal(runs[0]?.run.runId, 'run-2');
    assert.equal(runs.at(-1)?.run.runId, `run-${String(RUNS_KEPT + 1)}`);
    const [first] = runs;
    assert.ok(
      existsSync(first.file.replace(/json$/, 'md')) && existsSync(first.file.replace(/json$/, 'svg')),
    );
    assert.equal(readdirSync(runsFolder(folder)).filter((name) => name.endsWith('.md')).length, RUNS_KEPT);
    assert.deepEqual(pastRuns(path.join(folder, 'nothing')), []);
  });
});

describe('an exercise', () => {
  it('is decided by its seed, and the seeds reach all kinds', () => {
    assert.deepEqual(exerciseOf(42), exerciseOf(42));
    const answers = new Set(Array.from({ length: 200 }, (_, seed) => exerciseOf(seed).answer));
    const kinds = OUTAGES.flatMap((mode) => presetOf(mode).exercises);
    assert.deepEqual([...answers].sort(), kinds.map(({ answer }) => answer).sort());
    for (let seed = 0; seed < 200; seed++) {
      const { fromMinute, toMinute, delaySeconds } = exerciseOf(seed);
      assert.ok(fromMinute < toMinute && toMinute <= 29 && delaySeconds >= 5 && delaySeconds <= 45);
    }
  });
});
