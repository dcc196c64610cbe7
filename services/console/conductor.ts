import { isDeepStrictEqual } from 'node:util';
import type { AppliedChange, Log, SqlExecutor, WantedIndexes } from '../../scenario/apply';
import { oneAtATime } from '../lib/background';
import { endRun } from '../../scenario/override/store';
import type { EffectiveScenario, Scenario } from '../../scenario/types';
import { messageOf } from '../lib/errors';

/**
 * Runs `work` on a session of its own (CONCURRENTLY and advisory locks belong to one) as the role `conductor`; rejects
 * while the database is away.
 */
export type WithSession = <T>(work: (sql: SqlExecutor) => Promise<T>) => Promise<T>;

export interface ConductorOptions {
  withSession: WithSession;
  /** What counts now, read from the database itself; null before a desired row exists. */
  readEffective: (sql: SqlExecutor) => Promise<EffectiveScenario | null>;
  applyIndexes: (sql: SqlExecutor, wanted: WantedIndexes, log: Log) => Promise<AppliedChange[]>;
  log: (fields: Record<string, unknown>, message: string) => void;
  /** Unix ms. */
  now?: () => number;
}

/** Something the conductor did or tried. */
export interface ConductorAction {
  at: string;
  /** What made it act. */
  trigger: string;
  runId: string | null;
  changes: AppliedChange[];
  durationMs: number;
  error: string | null;
}

/** Deletes the override row, if it has expired. Its id goes along, so that a run begun meanwhile is not ended. */
const EXPIRED_OVERRIDE = `select run_id from scenario.override where expires_at <= clock_timestamp()`;

const RETRY_MS = 2000;
const MAX_ACTIONS = 20;
/** After a run ended, a new desired row belongs to the same change (ms): `pulumi up` ends a run, then writes it. */
const FOLLOW_UP_MS = 15_000;

/**
 * Makes the indexes follow run-time control: when an override begins, changes its ablation, ends or expires, and at
 * no other time, so that an index someone drops or builds by hand stays as it is and can be seen.
 *
 * One reconciliation at a time; the newest state of the database counts, not the one that woke it. While the database
 * is away it tries again every two seconds.
 */
export class Conductor {
  private known: EffectiveScenario | null = null;
  private lifecycleMs = Number.NEGATIVE_INFINITY;
  private trigger: string | null = null;
  private notBefore = 0;
  private state: 'idle' | 'working' | 'retrying' = 'idle';
  private readonly actions: ConductorAction[] = [];
  private lastError: string | null = null;
  private readonly now: () => number;

  constructor(private readonly options: ConductorOptions) {
    this.now = options.now ?? Date.now;
    // Once, at the start: an override may have expired while nobody looked.
    this.trigger = 'start: look for an expired run';
  }

  /** The subscription's listener. */
  follow(effective: EffectiveScenario): void {
    const trigger = this.triggerOf(this.known, effective);
    this.known = effective;
    if (trigger === null) return;
    this.trigger = trigger;
    this.notBefore = 0;
    void this.work();
  }

  private triggerOf(before: EffectiveScenario | null, after: EffectiveScenario): string | null {
    const runId = after.scenario.runId;
    const wasRun = before?.source === 'override';
    if (after.source === 'override') {
      this.lifecycleMs = this.now();
      if (before === null) return `run ${runId} was under way at the start`;
      if (!wasRun || before.scenario.runId !== runId) return `run ${runId} began`;
      return sameIndexes(before.scenario, after.scenario) ? null : `run ${runId} changed its ablation`;
    }
    if (wasRun) {
      this.lifecycleMs = this.now();
      const expired = before.expiresAt !== null && before.expiresAt * 1000 <= this.now();
      return `run ${before.scenario.runId} ${expired ? 'expired' : 'ended'}`;
    }
    const follows = this.now() - this.lifecycleMs < FOLLOW_UP_MS;
    return follows && before !== null && !sameIndexes(before.scenario, after.scenario)
      ? `the desired scenario became ${after.scenario.mode} as a run ended`
      : null;
  }

  /** Does what is due; called by `follow` and by a timer. Never rejects. */
  readonly work = oneAtATime(() => this.drain());

  private async drain(): Promise<void> {
    while (this.trigger !== null && this.now() >= this.notBefore) {
      const trigger = this.trigger;
      this.trigger = null;
      this.state = 'working';
      if (await this.reconcile(trigger)) {
        this.state = 'idle';
        continue;
      }
      // A newer trigger says more than the failed one.
      this.trigger ??= trigger;
      this.notBefore = this.now() + RETRY_MS;
      this.state = 'retrying';
    }
  }

  /** False: try again. */
  private async reconcile(trigger: string): Promise<boolean> {
    const startedMs = this.now();
    const action: ConductorAction = {
      at: new Date(startedMs).toISOString(),
      trigger,
      runId: null,
      changes: [],
      durationMs: 0,
      error: null,
    };
    try {
      await this.options.withSession(async (sql) => {
        const expired = await this.endExpired(sql);
        if (expired !== null) action.changes.push({ what: `ended expired run ${expired}`, durationMs: 0 });
        if (expired !== null || !trigger.startsWith('start:')) await this.reconcileIndexes(sql, action);
      });
      this.lastError = null;
    } catch (error) {
      action.error = messageOf(error);
    }
    action.durationMs = this.now() - startedMs;
    this.remember(action);
    return action.error === null;
  }

  private async endExpired(sql: SqlExecutor): Promise<string | null> {
    const { rows } = await sql.query(EXPIRED_OVERRIDE);
    const runId = rows[0]?.run_id;
    if (typeof runId !== 'string') return null;
    await endRun(sql, runId);
    return runId;
  }

  private async reconcileIndexes(sql: SqlExecutor, action: ConductorAction): Promise<void> {
    // Building takes seconds in which the state may change: until what was applied is what counts.
    for (let round = 0; round < 3; round += 1) {
      const applied: Scenario[] = [];
      // Read when no other applier (a command that heals) is at it any more: what counted before it would undo its work.
      const wanted: WantedIndexes = async () => {
        const effective = await this.options.readEffective(sql);
        if (effective === null) return null;
        action.runId = effective.source === 'override' ? effective.scenario.runId : null;
        applied.push(effective.scenario);
        return effective.scenario;
      };
      action.changes.push(
        ...(await this.options.applyIndexes(sql, wanted, (message) =>
          this.options.log({ trigger: action.trigger }, message),
        )),
      );
      const after = await this.options.readEffective(sql);
      const last = applied.at(-1);
      if (after === null || last === undefined || sameIndexes(after.scenario, last)) return;
    }
  }

  private remember(action: ConductorAction): void {
    // A streak of the same error is one entry.
    const repeated = action.error !== null && action.error === this.lastError;
    if (repeated) this.actions.pop();
    else if (action.error !== null)
      this.options.log({ trigger: action.trigger, error: action.error }, 'conductor failed');
    else if (action.changes.length > 0) this.options.log({ ...action }, 'conductor acted');
    this.lastError = action.error;
    if (action.error === null && action.changes.length === 0 && action.trigger.startsWith('start:')) return;
    this.actions.push(action);
    if (this.actions.length > MAX_ACTIONS) this.actions.shift();
  }

  /** The answer of GET /api/conductor; actions newest first. */
  status() {
    return {
      state: this.state,
      pending: this.trigger,
      lastError: this.lastError,
      actions: this.actions.toReversed(),
    };
  }
}

function sameIndexes(a: Scenario, b: Scenario): boolean {
  return isDeepStrictEqual(a.indexes, b.indexes);
}
