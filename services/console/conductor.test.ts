import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EffectiveScenario, IndexState, Scenario } from '../../scenario/types';
import { Conductor } from './conductor';

function effective(
  source: 'desired' | 'override',
  index: IndexState,
  fields: Partial<EffectiveScenario> & { runId?: string } = {},
): EffectiveScenario {
  const { runId = source === 'override' ? 'run-1' : 'normal', ...rest } = fields;
  return {
    // The conductor reads run id and indexes only.
    scenario: {
      runId,
      indexes: {
        idx_products_category: index,
        idx_products_category_active: 'present',
        idx_products_stock_quantity: 'present',
      },
    } as Scenario,
    source,
    startTimestamp: null,
    pausedAt: null,
    expiresAt: null,
    ...rest,
  };
}

/** A database in memory: its rows, its index, and whether it can be reached. */
class Database {
  up = true;
  expired: string | null = null;
  index: IndexState = 'present';
  effective: EffectiveScenario = effective('desired', 'present');
  applied = 0;
  atOnce = 0;
  nowMs = 1_000_000;
  /** What somebody else does with the indexes, who is waited for. */
  otherApplier: () => Promise<void> = () => Promise.resolve();
  readonly conductor = new Conductor({
    now: () => this.nowMs,
    log: () => undefined,
    withSession: (work) => {
      if (!this.up) return Promise.reject(new Error('ECONNREFUSED'));
      return work({
        query: (text, values) => {
          if (text.includes('expires_at'))
            return Promise.resolve({ rows: this.expired === null ? [] : [{ run_id: this.expired }] });
          assert.match(text, /end_override/);
          assert.deepEqual(values, [this.expired]);
          this.expired = null;
          return Promise.resolve({ rows: [] });
        },
      });
    },
    readEffective: () => Promise.resolve(this.effective),
    applyIndexes: async (_sql, read) => {
      this.atOnce += 1;
      assert.equal(this.atOnce, 1, 'one reconciliation at a time');
      await this.otherApplier();
      const scenario = await read();
      assert.ok(scenario);
      this.applied += 1;
      const wanted = scenario.indexes.idx_products_category;
      await new Promise((resolve) => setImmediate(resolve));
      this.atOnce -= 1;
      if (this.index === wanted) return [];
      this.index = wanted;
      return [{ what: `idx_products_category ${wanted}`, durationMs: 1 }];
    },
  });

  async set(next: EffectiveScenario): Promise<void> {
    this.effective = next;
    this.conductor.follow(next);
    await this.conductor.work();
  }
}

describe('the conductor', () => {
  it('does nothing without a run: an index dropped by hand stays dropped', async () => {
    const database = new Database();
    database.index = 'absent';
    await database.set(effective('desired', 'present'));
    await database.set(effective('desired', 'absent'));
    await database.set(effective('desired', 'present'));
    assert.equal(database.applied, 0);
    assert.equal(database.index, 'absent');
    assert.deepEqual(database.conductor.status().actions, []);
  });

  it('follows a run that begins, changes its ablation and ends', async () => {
    const database = new Database();
    await database.set(effective('desired', 'present'));
    await database.set(effective('override', 'absent'));
    assert.equal(database.index, 'absent');
    await database.set(effective('override', 'absent', { pausedAt: 5 }));
    assert.equal(database.applied, 1, 'a pause is nothing to it');
    await database.set(effective('override', 'present'));
    assert.equal(database.index, 'present');
    await database.set(effective('override', 'absent'));
    await database.set(effective('desired', 'present'));
    assert.equal(database.index, 'present');
    const { actions, state } = database.conductor.status();
    assert.equal(state, 'idle');
    assert.deepEqual(
      actions.map(({ trigger }) => trigger),
      [
        'run run-1 ended',
        'run run-1 changed its ablation',
        'run run-1 changed its ablation',
        'run run-1 began',
      ],
    );
  });

  it('does not undo the heal of a command that it waited for', async () => {
    const database = new Database();
    database.index = 'absent';
    await database.set(effective('override', 'absent'));
    database.otherApplier = () => {
      // The command has ended the override and built meanwhile; the configuration had wanted the outage before.
      database.effective = effective('override', 'present', { runId: 'heal-1' });
      database.index = 'present';
      return Promise.resolve();
    };
    await database.set(effective('desired', 'absent'));
    assert.equal(database.index, 'present');
    assert.equal(database.applied, 2, 'once for the run, once for its end: no second round');
    assert.deepEqual(database.conductor.status().actions[0]?.changes, []);
  });

  it('deletes an expired row at the start, then reconciles; and when a run expires under its eyes', async () => {
    const database = new Database();
    database.expired = 'run-0';
    database.index = 'absent';
    await database.conductor.work();
    assert.equal(database.expired, null);
    assert.equal(database.index, 'present');
    await database.set(effective('override', 'absent', { expiresAt: 1001 }));
    assert.equal(database.index, 'absent');
    database.expired = 'run-1';
    database.nowMs = 1_002_000;
    await database.set(effective('desired', 'present'));
    assert.equal(database.index, 'present');
    assert.equal(database.expired, null);
    assert.equal(database.conductor.status().actions[0]?.trigger, 'run run-1 expired');
  });

  it('tries again while the database is away, and then applies what counts by then', async () => {
    const database = new Database();
    await database.set(effective('desired', 'present'));
    database.up = false;
    await database.set(effective('override', 'absent'));
    assert.equal(database.conductor.status().state, 'retrying');
    assert.equal(database.conductor.status().lastError, 'ECONNREFUSED');
    for (let n = 0; n < 5; n += 1) {
      database.nowMs += 2000;
      await database.conductor.work();
    }
    assert.equal(database.conductor.status().actions.length, 1, 'a streak of errors is one entry');
    database.up = true;
    await database.conductor.work();
    assert.equal(database.index, 'present', 'not before its time');
    database.nowMs += 2000;
    await database.conductor.work();
    assert.equal(database.index, 'absent');
    assert.equal(database.conductor.status().state, 'idle');
    assert.equal(database.conductor.status().lastError, null);
  });

  it('ends in the state of the new configuration when that ended the run', async () => {
    const database = new Database();
    await database.set(effective('override', 'absent'));
    await database.set(effective('desired', 'present'));
    assert.equal(database.index, 'present');
    database.nowMs += 3000;
    await database.set(effective('desired', 'absent'));
    assert.equal(database.index, 'absent');
    database.nowMs += 20_000;
    await database.set(effective('desired', 'present'));
    assert.equal(database.index, 'absent', 'later changes of config are their applier’s business');
  });
});
