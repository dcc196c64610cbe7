import { availability, type ActionName } from '../../../scenario/override/availability';
import { ablationOf, ALL_CAUSES } from '../../../scenario/causes/all';
import { ablated, jumpFault, minuteFault, movedTo, paused, resumed } from '../../../scenario/override/change';
import { HOLD_SECONDS } from '../../../scenario/override/lease';
import { healingRun } from '../../../scenario/override/start';
import { beginRun, changeRun, endRun, OverrideRefused, replaceRun } from '../../../scenario/override/store';
import type { SqlExecutor } from '../../../scenario/sql/executor';
import { effectiveScenario, readState, type ScenarioState } from '../../../scenario/state';
import { positionAt } from '../../../scenario/timeline';
import type { Ablation, EffectiveScenario, Override, Scenario } from '../../../scenario/types';
import { HttpError, messageOf } from '../../lib/errors';
import { runAskedFor } from '../../lib/requested-run';
import { invalidInput } from '../../lib/validate';
import {
  checkoutsSucceed,
  clockHeld,
  clockRunsFrom,
  runEnded,
  runInForce,
  shopShows,
  trafficOf,
  trafficReaches,
  type Confirmations,
  type WatchedAction,
} from './confirmations';
import type { WithSession } from '../conductor';
import type { StartRequest } from './requests';

export interface OverrideControlOptions {
  withSession: WithSession;
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

/** What an action makes of a run, and what the system must show before it counts as done. */
interface PlannedChange {
  next: Override;
  title: string;
  conditions: Parameters<Confirmations['watch']>[2];
}

/**
 * Run-time control from the console: each action writes one expiring row by the rules of scenario/override, and is
 * watched until the system shows its effect. The conductor then makes the indexes follow the row.
 */
export class OverrideControl {
  private readonly now: () => number;
  private hold: Hold | null = null;

  constructor(private readonly options: OverrideControlOptions) {
    this.now = options.now ?? Date.now;
  }

  /** Begins a run. @throws HttpError 400, 409 with the reason, 503 */
  start(request: StartRequest): Promise<WatchedAction> {
    return this.session(async (sql) => {
      const nowSeconds = this.now() / 1000;
      const state = await readState(sql);
      allow('start', state, nowSeconds);
      if (state.desired === null)
        throw new Error('availability lets no run begin without a desired scenario');
      const run = runFor(request, state.desired, nowSeconds);
      // A heal over an outage of stack config gives way to a run.
      if (state.override?.mode === 'normal') await replaceRun(sql, state.override.runId, run);
      else await beginRun(sql, run);
      this.hold =
        request.holdAtMinute === undefined ? null : { runId: run.runId, minute: request.holdAtMinute };
      return this.options.confirmations.watch(
        'start',
        `Start ${run.scenario.mode}${request.holdAtMinute === undefined ? '' : `, hold at minute ${request.holdAtMinute}`}`,
        [runInForce(run.runId), ...shopShows(run.scenario), trafficOf(run.runId)],
        this.now(),
      );
    });
  }

  /** Holds the clock; traffic goes on in the same minute. */
  pause(): Promise<WatchedAction> {
    return this.change('pause', (run, nowSeconds) => {
      const minute = Math.floor(positionAt(run, nowSeconds).minute ?? 0);
      return {
        next: paused(run, nowSeconds, HOLD_SECONDS.console),
        title: `Hold the clock at minute ${minute}`,
        conditions: clockHeld(minute),
      };
    });
  }

  /** Lets a held clock go on. */
  resume(): Promise<WatchedAction> {
    this.hold = null;
    return this.change('resume', (run, nowSeconds) => {
      const minute = positionAt(run, nowSeconds).minute ?? 0;
      return {
        next: resumed(run, nowSeconds),
        title: `Let the clock run on from minute ${Math.floor(minute)}`,
        conditions: [clockRunsFrom(minute)],
      };
    });
  }

  /** Sets the clock to a demo minute. @throws HttpError 400 beyond the run's end */
  goto(minute: number): Promise<WatchedAction> {
    return this.change('goto', (run, nowSeconds) => {
      refuseMinute('minute', jumpFault(run, minute, nowSeconds));
      return {
        next: movedTo(run, minute, nowSeconds),
        title: `Jump to minute ${minute}`,
        conditions: [trafficReaches(run.runId, minute)],
      };
    });
  }

  /** Takes one cause out of a run, or puts all back. */
  ablate(ablation: Ablation | null): Promise<WatchedAction> {
    const action = `ablate-${ablation ?? 'none'}` as const;
    return this.change(action, (run, nowSeconds) => {
      const next = ablated(run, ablation, this.options.originalOf(run.runId), nowSeconds);
      return {
        next,
        title: (ablationOf(ablation) ?? ALL_CAUSES).action,
        conditions: [...shopShows(next.scenario), ...(ablation === null ? [] : [checkoutsSucceed()])],
      };
    });
  }

  /** Ends the run: back to what stack config says, or, where that is an outage, to normal for an hour. */
  abort(): Promise<WatchedAction> {
    this.hold = null;
    return this.session(async (sql) => {
      const nowSeconds = this.now() / 1000;
      const state = await readState(sql);
      const effective = allow('abort', state, nowSeconds);
      const { desired, override } = state;
      const isConfigured = desired !== null && desired.mode !== 'normal';
      const target = isConfigured ? healingRun(desired, nowSeconds) : null;
      if (target !== null) {
        if (override === null) await beginRun(sql, target);
        else await replaceRun(sql, override.runId, target);
      } else if (override !== null && !(await endRun(sql, override.runId))) {
        throw conflict(`Run ${override.runId} has just ended.`);
      }
      const wanted = target?.scenario ?? desired;
      return this.options.confirmations.watch(
        'abort',
        isConfigured ? 'Heal, for an hour: stack config still wants the outage' : 'Heal: back to normal',
        [
          runEnded(effective.scenario.runId),
          ...(wanted === null ? [] : shopShows(wanted)),
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
    plan: (run: Override, nowSeconds: number) => PlannedChange,
  ): Promise<WatchedAction> {
    return this.session(async (sql) => {
      const { title, conditions } = await changeRun(sql, 'console', (run, state) => {
        const nowSeconds = this.now() / 1000;
        allow(action, state, nowSeconds);
        return plan(run, nowSeconds);
      });
      return this.options.confirmations.watch(action, title, conditions, this.now());
    });
  }

  private async session<T>(work: (sql: SqlExecutor) => Promise<T>): Promise<T> {
    try {
      return await this.options.withSession(work);
    } catch (error) {
      if (error instanceof HttpError) throw error;
      if (error instanceof OverrideRefused) throw conflict(error.message);
      throw new HttpError(
        503,
        'database-away',
        `PostgreSQL did not do it: ${messageOf(error)}. Nothing was confirmed; try again.`,
        {},
        { cause: error },
      );
    }
  }
}

/** What is in force, where the action works now. @throws HttpError 409 with the reason where it doesn't */
function allow(action: ActionName, state: ScenarioState, nowSeconds: number): EffectiveScenario {
  const can = availability(state, nowSeconds)[action];
  const effective = effectiveScenario(state);
  if (!can.ok || effective === null) throw conflict(can.ok ? 'No scenario is known yet.' : can.why);
  return effective;
}

/** The run that a start request asks for. @throws HttpError 400 with the fields */
function runFor(request: StartRequest, desired: Scenario, now: number): Override {
  const { startInSeconds, holdAtMinute, ...wanted } = request;
  const startTimestamp = Math.ceil(now + startInSeconds);
  const asked = { ...wanted, startTimestamp };
  const run = runAskedFor(asked, desired, { now, startedBy: 'console' }, { demoMode: 'mode' });
  if (holdAtMinute !== undefined) refuseMinute('holdAtMinute', minuteFault(run.scenario, holdAtMinute));
  return run;
}

function refuseMinute(field: string, reason: string | null): void {
  if (reason !== null) throw invalidInput([{ field, reason }]);
}

function conflict(why: string): HttpError {
  return new HttpError(409, 'not-now', why);
}
