import { queueOf } from '../../../scenario/causes/all';
import { effectiveScenario, type ScenarioState } from '../../../scenario/state';
import { positionAt } from '../../../scenario/timeline';
import type { EffectiveScenario } from '../../../scenario/types';
import { curveOf, type Curve } from './curve';
import { explainAnswer, type ExplainAnswer } from './explain';
import { outagePool, pulse, shopSeen, type Pulse } from './pulse';
import { serviceMap, type ServiceMapAnswer } from './service-map';
import { traceHeader, type TraceHeader } from './trace-tree';
import type { Conductor } from '../conductor';
import { availability, type ActionName, type Availability } from '../../../scenario/override/availability';
import { choicesOf, type Choices } from '../control/choices';
import type { Confirmations, SystemView, WatchedAction } from '../control/confirmations';
import type { KnownRun, RunBook } from '../runs/run-book';
import type { HistoryPoint } from '../store/history';
import type { TelemetryStore } from '../store/telemetry-store';
import type { DatabaseObserver } from '../system/database-observer';

/** Traces of each kind in the page's lists. */
const LISTED_TRACES = 12;

export interface ConductorAnswer extends ReturnType<Conductor['status']> {
  /** Which actions work now, and why not. */
  can: Record<ActionName, Availability>;
  choices: Choices;
  /** The last actions, with what was seen of each. */
  watched: WatchedAction[];
  indexes: Record<string, string> | null;
  run: { runId: string; startedBy: string; expiresAt: string } | null;
  /** Where to see a trace at the vendor, with `{traceId}` in it; null when not configured. */
  links: { trace: string | null };
}

export interface TraceLists {
  failing: TraceHeader[];
  healthy: TraceHeader[];
  /** Succeeded after more than a second, or by a full scan. */
  slow: TraceHeader[];
  baseline: TraceHeader[];
}

export interface ConsoleViewOptions {
  store: TelemetryStore;
  runs: RunBook;
  conductor: Pick<Conductor, 'status'>;
  confirmations: Confirmations;
  observer: Pick<DatabaseObserver, 'state'>;
  effective: () => EffectiveScenario | null;
  /** Both rows, as last read. */
  rows: () => ScenarioState | null;
  traceLink: string | null;
  /** Unix ms. */
  now: () => number;
}

/** What the console shows, each part computed when it is asked for. */
export class ConsoleView {
  constructor(private readonly options: ConsoleViewOptions) {}

  pulse(): Pulse {
    const { store, runs, observer, now } = this.options;
    return pulse({
      store,
      effective: this.options.effective(),
      run: runs.latest(),
      system: observer.state(),
      nowMs: now(),
    });
  }

  history(): readonly HistoryPoint[] {
    return this.options.store.history.points();
  }

  /** The run asked for, else the one in force or the last; null when there was none. */
  run(runId: string | null): KnownRun | null {
    return runId === null ? this.options.runs.latest() : this.options.runs.get(runId);
  }

  curve(runId: string | null = null): Curve | null {
    const run = this.run(runId);
    return run === null
      ? null
      : curveOf(this.options.store, run, this.options.effective(), this.options.now());
  }

  map(): ServiceMapAnswer {
    return serviceMap(this.options.store, this.options.now());
  }

  traces(): TraceLists {
    const { traces } = this.options.store;
    const list = (filter: { traffic: 'demo' | 'baseline'; failed: boolean; slow?: boolean }): TraceHeader[] =>
      traces.list({ ...filter, answered: true, limit: LISTED_TRACES }).map(traceHeader);
    return {
      failing: list({ traffic: 'demo', failed: true }),
      healthy: list({ traffic: 'demo', failed: false, slow: false }),
      slow: list({ traffic: 'demo', failed: false, slow: true }),
      baseline: list({ traffic: 'baseline', failed: false }),
    };
  }

  explain(): ExplainAnswer {
    return explainAnswer(this.options.observer.state(), this.options.store, this.options.now());
  }

  conductor(): ConductorAnswer {
    const { conductor, confirmations, observer, rows, now, traceLink } = this.options;
    const state = rows() ?? { desired: null, override: null };
    const { override } = state;
    return {
      ...conductor.status(),
      can: availability(state, now() / 1000),
      choices: choicesOf(effectiveScenario(state)?.scenario.mode ?? 'normal'),
      watched: confirmations.list(),
      indexes: observer.state().indexes,
      run:
        override === null
          ? null
          : {
              runId: override.runId,
              startedBy: override.startedBy,
              expiresAt: new Date(override.expiresAt * 1000).toISOString(),
            },
      links: { trace: traceLink },
    };
  }

  /** Once a second: remembers what the stage shows, and looks whether actions have had their effects. */
  tick(): void {
    const { store, confirmations, now } = this.options;
    const nowMs = now();
    const effective = this.options.effective();
    const shown = this.pulse();
    store.history.add(shown.point);
    const pool = effective === null ? null : outagePool(store, queueOf(effective.scenario.mode), nowMs);
    if (effective !== null && pool !== null) {
      const { state, minute } = positionAt(effective, nowMs / 1000);
      if (state === 'running' && minute !== null) {
        store.pools.sample(effective.scenario.runId, Math.floor(minute), pool);
      }
    }
    confirmations.look(this.systemView(nowMs, shown));
  }

  private systemView(nowMs: number, shown: Pulse): SystemView {
    const { store, observer, rows } = this.options;
    const state = rows();
    return {
      nowMs,
      effective: state === null ? null : effectiveScenario(state),
      shop: shopSeen(store, observer.state(), nowMs, shown.pool?.queryP50Ms ?? null),
      newestMinute: store.aggregates.newestMinute,
      demo: shown.demo,
    };
  }
}
