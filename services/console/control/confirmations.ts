import { HEALED_ERROR_RATE } from '../../../report/limits';
import { confirmationsOf } from '../../../scenario/causes/all';
import type { ShopSeen } from '../../../scenario/causes/cause';
import { positionAt } from '../../../scenario/timeline';
import type { EffectiveScenario, Scenario } from '../../../scenario/types';
import type { NewestMinute } from '../store/aggregates';
import type { ActionName } from '../../../scenario/override/availability';

/** What the system shows, from its own sources: the scenario row, PostgreSQL's catalog, metrics and spans. */
export interface SystemView {
  nowMs: number;
  effective: EffectiveScenario | null;
  shop: ShopSeen;
  newestMinute: NewestMinute | null;
  /** The demo cohort over the last ten seconds. */
  demo: { requests: number; errorRate: number | null };
}

/** Something that must be seen before an action counts as done. */
export interface Check {
  what: string;
  /** After the action (ms); null: not seen yet. */
  seenAfterMs: number | null;
}

/** `superseded`: a newer action came before everything was seen. */
export type ActionState = 'watching' | 'confirmed' | 'unconfirmed' | 'superseded';

/** An action and what was seen of it. */
export interface WatchedAction {
  id: number;
  action: ActionName;
  /** In a few words, e.g. `Jump to minute 20`. */
  title: string;
  at: string;
  state: ActionState;
  checks: Check[];
}

interface Watch extends WatchedAction {
  atMs: number;
  conditions: readonly Condition[];
}

const MAX_WATCHED = 12;
/** What was not seen by then (ms) is said to be unconfirmed. */
const GIVE_UP_MS = 60_000;
/** What was in the shop before the action says nothing about it (ms): spans arrive that late. */
const AFTERMATH_MS = 2_000;

type Condition = [what: string, holds: (view: SystemView, watch: Watch) => boolean];

/** Follows each action until the system shows its effect: a click alone confirms nothing. */
export class Confirmations {
  private readonly watched: Watch[] = [];
  private nextId = 1;

  /** Begins to watch for the effects of an action. */
  watch(action: ActionName, title: string, conditions: readonly Condition[], nowMs: number): WatchedAction {
    // What a newer action supersedes is not waited for: a change of the cause everything, the clock only itself.
    for (const earlier of this.watched) {
      if (earlier.state === 'watching' && (!isClock(action) || isClock(earlier.action)))
        earlier.state = 'superseded';
    }
    const watch: Watch = {
      id: this.nextId,
      action,
      title,
      at: new Date(nowMs).toISOString(),
      atMs: nowMs,
      state: 'watching',
      checks: conditions.map(([what]) => ({ what, seenAfterMs: null })),
      conditions,
    };
    this.nextId += 1;
    this.watched.unshift(watch);
    this.watched.length = Math.min(this.watched.length, MAX_WATCHED);
    return present(watch);
  }

  /** Looks at what the system shows now. */
  look(view: SystemView): void {
    for (const watch of this.watched) {
      if (watch.state !== 'watching') continue;
      watch.checks.forEach((check, index) => {
        if (check.seenAfterMs === null && watch.conditions[index]?.[1](view, watch) === true) {
          check.seenAfterMs = Math.max(0, view.nowMs - watch.atMs);
        }
      });
      if (watch.checks.every(({ seenAfterMs }) => seenAfterMs !== null)) watch.state = 'confirmed';
      else if (view.nowMs - watch.atMs > GIVE_UP_MS) watch.state = 'unconfirmed';
    }
  }

  /** Newest first. */
  list(): WatchedAction[] {
    return this.watched.map(present);
  }
}

function isClock(action: ActionName): boolean {
  return action === 'pause' || action === 'resume' || action === 'goto';
}

function present({ id, action, title, at, state, checks }: Watch): WatchedAction {
  return { id, action, title, at, state, checks: checks.map((check) => ({ ...check })) };
}

const settled = (watch: Watch, view: SystemView): boolean => view.nowMs - watch.atMs >= AFTERMATH_MS;

/** The scenario row that all services follow names this run. */
export function runInForce(runId: string): Condition {
  return [`The scenario row names run ${runId}`, ({ effective }) => effective?.scenario.runId === runId];
}

/** The run is no longer what the services follow. */
export function runEnded(runId: string): Condition {
  return [
    'The scenario row no longer has the run',
    ({ effective }) => effective !== null && effective.scenario.runId !== runId,
  ];
}

/** The shop shows everything that a scenario's causes are, or are not. */
export function shopShows(scenario: Scenario): Condition[] {
  return confirmationsOf(scenario).map(({ what, seen }) => [what, ({ shop }) => seen(shop)]);
}

/** Telemetry of the run arrives. */
export function trafficOf(runId: string): Condition {
  return ['Demo traffic of this run arrives', ({ newestMinute }) => newestMinute?.runId === runId];
}

/** The clock stands, and the traffic says so too. */
export function clockHeld(minute: number): Condition[] {
  return [
    ['The clock is held', ({ effective }) => typeof effective?.pausedAt === 'number'],
    [
      `Traffic goes on in minute ${minute}`,
      (view, watch) =>
        settled(watch, view) &&
        view.newestMinute?.minute === minute &&
        view.newestMinute.seenMs >= watch.atMs + AFTERMATH_MS,
    ],
  ];
}

/** The clock runs on from a minute. */
export function clockRunsFrom(minute: number): Condition {
  return [
    `The clock runs on from minute ${Math.floor(minute)}`,
    ({ effective, nowMs }) => {
      if (effective?.pausedAt !== null) return false;
      return (positionAt(effective, nowMs / 1000).minute ?? -1) > minute;
    },
  ];
}

/** Traffic carries this minute, or one after it. */
export function trafficReaches(runId: string, minute: number): Condition {
  return [
    `Demo traffic carries minute ${Math.floor(minute)}`,
    ({ newestMinute }, watch) =>
      newestMinute !== null &&
      newestMinute.runId === runId &&
      newestMinute.seenMs > watch.atMs &&
      newestMinute.minute >= Math.floor(minute) &&
      newestMinute.minute <= Math.floor(minute) + 5,
  ];
}

/** Checkouts succeed again. */
export function checkoutsSucceed(): Condition {
  return [
    'Fewer than 2 % of checkouts fail',
    (view, watch) =>
      settled(watch, view) && view.demo.requests > 0 && (view.demo.errorRate ?? 1) < HEALED_ERROR_RATE,
  ];
}
