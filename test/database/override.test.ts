import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { withSession } from '../../machine/session';
import { applyScenario } from '../../scenario/apply';
import { paused, prolonged, resumed, runOf } from '../../scenario/override/change';
import { HOLD_SECONDS } from '../../scenario/override/lease';
import { beginRun, changeRun, endRun, OverrideRefused, replaceRun } from '../../scenario/override/store';
import { resolveScenario } from '../../scenario/resolve';
import type { SqlExecutor } from '../../scenario/sql/executor';
import { readState } from '../../scenario/state';
import { startOwnDatabase, type OwnDatabase } from './own-database';

/** The rules of a running override against PostgreSQL itself: who writes with an old view is refused, and tries again. */
const now = Math.floor(Date.now() / 1000);
const desired = resolveScenario({ catalogRows: 50_000, minuteSeconds: 6 }, { nowSeconds: now });
const scenario = resolveScenario(
  { demoMode: 'blackfriday', catalogRows: 50_000, minuteSeconds: 60 },
  { nowSeconds: now, startTimestamp: now - 600, scaleDefault: 0.25 },
);
const run = runOf(scenario, 'cli');

describe('the override row', () => {
  let database: OwnDatabase;

  const conducting = <T>(work: (sql: SqlExecutor) => Promise<T>): Promise<T> =>
    withSession({ connectionString: database.urls.conductor }, work);

  before(async () => {
    database = await startOwnDatabase();
    await conducting((sql) => applyScenario(sql, desired, () => undefined));
  });

  after(() => database.stop());

  beforeEach(async () => {
    await conducting(async (sql) => {
      const { override } = await readState(sql);
      if (override !== null) await endRun(sql, override.runId);
      await beginRun(sql, run);
    });
  });

  it('keeps a resume that came while a command was prolonging the pause', async () => {
    await conducting((sql) =>
      changeRun(sql, 'cli', (found) => ({ next: paused(found, now, HOLD_SECONDS.attended) })),
    );
    // The command reads the paused run; before it writes, the console resumes it.
    let reads = 0;
    await conducting(async (slow) => {
      const racing: SqlExecutor = {
        query: async (text, values) => {
          const answer = await slow.query(text, values);
          if (text.includes('override_revision') && ++reads === 1) {
            await conducting((sql) =>
              changeRun(sql, 'console', (found) => ({ next: resumed(found, now + 30) })),
            );
          }
          return answer;
        },
      };
      await changeRun(racing, 'cli', (found) => ({
        next: prolonged(found, now + 30, HOLD_SECONDS.command),
      }));
    });
    const { override } = await conducting(readState);
    assert.equal(override?.pausedAt, null, 'the console has let it go on');
    assert.equal(override.startTimestamp, run.startTimestamp + 30);
    assert.equal(reads, 2, 'refused once, then read again');
  });

  it('says what stands in the way of a second run, and is not changed', async () => {
    const second = { ...run, runId: 'second' };
    await assert.rejects(
      conducting((sql) => beginRun(sql, second)),
      (error) =>
        error instanceof OverrideRefused &&
        error.running?.runId === run.runId &&
        error.message.includes(`run ${run.runId}, started by cli`),
    );
    assert.equal((await conducting(readState)).override?.runId, run.runId);
  });

  it('is replaced in one step, by whoever knows what is there', async () => {
    const next = { ...run, runId: 'next' };
    await assert.rejects(
      conducting((sql) => replaceRun(sql, 'another', next)),
      OverrideRefused,
    );
    assert.equal((await conducting(readState)).override?.runId, run.runId, 'rolled back');
    await conducting((sql) => replaceRun(sql, run.runId, next));
    assert.equal((await conducting(readState)).override?.runId, 'next');
  });

  it('is refused to who changes a run that has ended', async () => {
    await assert.rejects(
      conducting((sql) => changeRun(sql, 'cli', (found) => ({ next: { ...found, runId: 'gone' } }))),
      /Run .* has just ended/,
    );
  });

  it('shows all minutes of a document that was written before it told how many are shown', async () => {
    await conducting(async (sql) => {
      await sql.query(`update scenario.desired set document = document - 'shownMinutes'`);
      const state = await readState(sql);
      assert.equal(state.desired?.shownMinutes, desired.durationMinutes);
      await applyScenario(sql, desired, () => undefined);
    });
  });

  it('is not begun of what is no scenario, whoever calls the function itself', async () => {
    await conducting(async (sql) => {
      await endRun(sql, run.runId);
      const begin = (document: unknown): Promise<unknown> =>
        sql.query('select scenario.begin_override($1::jsonb)', [JSON.stringify(document)]);
      const { pools, ...poolless } = run.scenario;
      const faulty: [document: unknown, fault: RegExp][] = [
        [{}, /run\.\w+: is missing/],
        [{ ...run, scenario: { mode: 'normal' } }, /run\.scenario\.\w+: is missing/],
        [{ ...run, scenario: poolless }, /run\.scenario\.pools: is missing/],
        [{ ...run, mode: 'friday' }, /run\.mode: is none of/],
        [{ ...run, startTimestamp: 1e30 }, /run\.startTimestamp: is out of bounds/],
        [{ ...run, scenario: { ...run.scenario, scale: '1' } }, /run\.scenario\.scale: is no number/],
        [
          { ...run, scenario: { ...run.scenario, storage: { enabled: true, steps: [{ minute: 1 }] } } },
          /run\.scenario\.storage\.steps\.0\.scanMs: is missing/,
        ],
      ];
      for (const [document, fault] of faulty) await assert.rejects(begin(document), fault);
      assert.ok(pools.recommendation.max > 0);
      assert.equal((await readState(sql)).override, null);
      await begin(run);
      assert.deepEqual((await readState(sql)).override?.scenario, run.scenario);
    });
  });
});
