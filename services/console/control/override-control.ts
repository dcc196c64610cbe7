import { effectiveScenario, readState, type ScenarioState, type SqlExecutor } from '../../../scenario/apply';
import { OVERRIDE_EXISTS_SQLSTATE } from '../../../scenario/sql/state';
import { positionAt } from '../../../scenario/timeline';
import type { Ablation, EffectiveScenario, Override, Scenario } from '../../../scenario/types';
import { HttpError } from '../../lib/errors';
import { availability, type ActionName } from './availability';
import {
  checkoutsSucceed,
  clockHeld,
  clockRunsFrom,
  indexesAre,
  planIs,
  poolIs,
  runEnded,
  runInForce,
  trafficOf,
  trafficReaches,
  type Confirmations,
  type WatchedAction,
} from './confirmations';
import { asOverride, planAblate, planGoto, planHeal, planPause, planResume, planStart } from './plan';
import type { StartRequest } from './requests';

export interface OverrideControlOptions {
  /** Runs `work` on a session as the role `conductor`; rejects while the database is away. */
  withSession: <T>(work: (sql: SqlExecutor) => Promise<T>) => Promise<T>;
  confirmations: Confirmations;
  /** A run's scenario before anything was taken out of it; null when nobody saw it. */
  originalOf: (runId: string) => Scenario | null;
  /** Unix ms. */
  now?: () => number;
}

/** A run whose clock is to be held at a minute. */
interface Hold {
  runId: string;
  minute: number;
}

/**
 * Run-time control: each action reads both rows, decides, and writes one expiring row by the database's own
 * functions. The conductor then makes the indexes follow it.
 */
export class OverrideControl {
  private readonly now: () => number;
  private hold: Hold | null = null;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: OverrideControlOptions) {
    this.now = options.now ?? Date.now;
  }

  /** Begins a run. @throws HttpError 400, 409 with the reason, 503 */
  start(request: StartRequest): Promise<WatchedAction> {
    return this.act('start', async (sql, state, nowSeconds) => {
      if (state.desired === null)
        throw new Error('availability lets no run begin without a desired scenario');
      const run = planStart(request, state.desired, nowSeconds);
      // A heal over an outage of stack config gives way to a run.
      if (state.override?.mode === 'normal') await end(sql, state.override.runId);
      try {
        await sql.query('select scenario.begin_override($1::jsonb)', [JSON.stringify(run)]);
      } catch (error) {
        if ((error as { code?: unknown }).code !== OVERRIDE_EXISTS_SQLSTATE) throw error;
        throw conflict('Somebody else has just begun a run.');
      }
      this.hold =
        request.holdAtMinute === undefined ? null : { runId: run.runId, minute: request.holdAtMinute };
      return this.options.confirmations.watch(
        'start',
        `Start ${run.scenario.mode}${request.holdAtMinute === undefined ? '' : `, hold at minute ${String(request.holdAtMinute)}`}`,
        [
          runInForce(run.runId),
          ...indexesAre(run.scenario.indexes),
          poolIs(run.scenario.pools.recommendation.max),
          planIs('withoutIndex'),
          trafficOf(run.runId),
        ],
        this.now(),
      );
    });
  }

  /** Holds the clock; traffic goes on in the same minute. */
  pause(): Promise<WatchedAction> {
    return this.change('pause', (run, nowSeconds) => {
      const next = planPause(run, nowSeconds);
      const minute = Math.floor(positionAt(run, nowSeconds).minute ?? 0);
      return { next, title: `Hold the clock at minute ${String(minute)}`, conditions: clockHeld(minute) };
    });
  }

  /** Lets a held clock go on. */
  resume(): Promise<WatchedAction> {
    this.hold = null;
    return this.change('resume', (run, nowSeconds) => {
      const minute = positionAt(run, nowSeconds).minute ?? 0;
      return {
        next: planResume(run, nowSeconds),
        title: `Let the clock run on from minute ${String(Math.floor(minute))}`,
        conditions: [clockRunsFrom(minute)],
      };
    });
  }

  /** Sets the clock to a demo minute. */
  goto(minute: number): Promise<WatchedAction> {
    return this.change('goto', (run, nowSeconds) => {
      const next = planGoto(run, minute, nowSeconds);
      return {
        next,
        title: `Jump to minute ${String(minute)}`,
        conditions: [trafficReaches(run.runId, minute)],
      };
    });
  }

  /** Takes one cause out of a run, or puts both back. */
  ablate(ablation: Ablation | null): Promise<WatchedAction> {
    const action = `ablate-${ablation ?? 'none'}` as const;
    return this.change(action, (run, nowSeconds) => {
      const next = planAblate(run, ablation, this.options.originalOf(run.runId), nowSeconds);
      const { indexes, pools } = next.scenario;
      const hasIndex = indexes.idx_products_category === 'present';
      return {
        next,
        title:
          ablation === null
            ? 'Put both causes back'
            : ablation === 'index'
              ? 'Restore only the index'
              : 'Restore only the pool',
        conditions: [
          ...indexesAre(indexes),
          planIs(hasIndex ? 'withIndex' : 'withoutIndex'),
          poolIs(pools.recommendation.max),
          ...(ablation === null ? [] : [checkoutsSucceed()]),
        ],
      };
    });
  }

  /** Ends the run: back to what stack config says, or, where that is an outage, to normal for an hour. */
  abort(): Promise<WatchedAction> {
    this.hold = null;
    return this.act('abort', async (sql, state, nowSeconds, effective) => {
      if (state.override !== null) await end(sql, state.override.runId);
      const { desired } = state;
      const isConfigured = desired !== null && desired.mode !== 'normal';
      const target = isConfigured ? planHeal(desired, nowSeconds) : null;
      if (target !== null)
        await sql.query('select scenario.begin_override($1::jsonb)', [JSON.stringify(target)]);
      const wanted = target?.scenario ?? desired;
      return this.options.confirmations.watch(
        'abort',
        isConfigured ? 'Heal, for an hour: stack config still wants the outage' : 'Heal: back to normal',
        [
          runEnded(effective.scenario.runId),
          ...(wanted === null
            ? []
            : [...indexesAre(wanted.indexes), poolIs(wanted.pools.recommendation.max)]),
          planIs('withIndex'),
          checkoutsSucceed(),
        ],
        this.now(),
      );
    });
  }

  /** Holds the clock of a run that was started so; called by a timer. Rejects while the database is away, and is tried again. */
  async keepHold(effective: EffectiveScenario | null): Promise<void> {
    const { hold } = this;
    if (hold === null || effective === null) return;
    if (effective.scenario.runId !== hold.runId || effective.pausedAt !== null) return;
    const minute = positionAt(effective, this.now() / 1000).minute ?? 0;
    if (minute < hold.minute) return;
    try {
      await this.pause();
    } catch (error) {
      // A run that has ended, or is held already, needs no hold.
      if (!(error instanceof HttpError && error.status === 409)) throw error;
    }
    if (this.hold === hold) this.hold = null;
  }

  private change(
    action: ActionName,
    plan: (
      run: Override,
      nowSeconds: number,
    ) => {
      next: Override;
      title: string;
      conditions: Parameters<Confirmations['watch']>[2];
    },
  ): Promise<WatchedAction> {
    return this.act(action, async (sql, state, nowSeconds, effective) => {
      const run = state.override ?? asOverride(effective);
      const { next, title, conditions } = plan(run, nowSeconds);
      const statement =
        state.override === null
          ? 'select scenario.begin_override($1::jsonb), true as changed'
          : 'select scenario.change_override($1::jsonb) as changed';
      const { rows } = await sql.query(statement, [JSON.stringify(next)]);
      if (rows[0]?.changed !== true) throw conflict(`Run ${run.runId} has just ended.`);
      return this.options.confirmations.watch(action, title, conditions, this.now());
    });
  }

  private act(
    action: ActionName,
    work: (
      sql: SqlExecutor,
      state: ScenarioState,
      nowSeconds: number,
      effective: EffectiveScenario,
    ) => Promise<WatchedAction>,
  ): Promise<WatchedAction> {
    return this.inTurn(async (sql) => {
      const state = await readState(sql);
      const nowSeconds = this.now() / 1000;
      const can = availability(state, nowSeconds)[action];
      if (!can.ok) throw conflict(can.why);
      const effective = effectiveScenario(state);
      if (effective === null) throw conflict('No scenario is known yet.');
      return work(sql, state, nowSeconds, effective);
    });
  }

  /** One action after the other: each reads the whole row and writes it, and must not undo what another has just done. */
  private inTurn<T>(work: (sql: SqlExecutor) => Promise<T>): Promise<T> {
    const done = this.turn.then(() => this.session(work));
    this.turn = done.catch(() => undefined);
    return done;
  }

  private async session<T>(work: (sql: SqlExecutor) => Promise<T>): Promise<T> {
    try {
      return await this.options.withSession(work);
    } catch (error) {
      if (error instanceof HttpError) throw error;
      throw new HttpError(
        503,
        'database-away',
        `PostgreSQL did not do it: ${error instanceof Error ? error.message : String(error)}. Nothing was confirmed; try again.`,
        {},
        { cause: error },
      );
    }
  }
}

async function end(sql: SqlExecutor, runId: string): Promise<void> {
  const { rows } = await sql.query('select scenario.end_override($1::text) as ended', [runId]);
  if (rows[0]?.ended !== true) throw conflict(`Run ${runId} has just ended.`);
}

function conflict(why: string): HttpError {
  return new HttpError(409, 'not-now', why);
}
