import { queueOf } from '../../../scenario/causes/all';
import { effectiveScenario } from '../../../scenario/state';
import { positionAt, runningMinute } from '../../../scenario/timeline';
import type { EffectiveScenario } from '../../../scenario/types';
import { curveOf, type Curve } from './curve';
import { explainAnswer } from './explain';
import { outagePool, pulse, shopSeen, type Pulse } from './pulse';
import { serviceMap } from './service-map';
import { traceHeader } from './trace-tree';
import type { Conductor } from '../conductor';
import { availability } from '../../../scenario/override/availability';
import { choicesOf } from '../control/choices';
import type { Confirmations, SystemView } from '../control/confirmations';
import type { KnownRun, RunBook } from '../runs/run-book';
import type { HistoryPoint } from '../store/history';
import type { TelemetryStore } from '../store/telemetry-store';
import type { DatabaseObserver } from '../system/database-observer';

/** Traces of each kind in the page's lists. */
const LISTED_TRACES = 12;

export interface ConsoleViewOptions {
  store: TelemetryStore;
  runs: RunBook;
  conductor: Pick<Conductor, 'status'>;
  confirmations: Confirmations;
  observer: Pick<DatabaseObserver, 'state' | 'rows'>;
  effective: () => EffectiveScenario | null;
  traceLink: string | null;
  /** Unix ms. */
  now: () => number;
}

/** What the console shows, each part computed when it is asked for. */
export class ConsoleView {
  constructor(private readonly options: ConsoleViewOptions) {}

  pulse() {
    const { store, runs, effective, observer, now } = this.options;
    return pulse(store, runs.latest(), effective(), observer.state(), now());
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

  map() {
    return serviceMap(this.options.store, this.options.now());
  }

  traces() {
    const { traces } = this.options.store;
    const list = (filter: { traffic: 'demo' | 'baseline'; failed: boolean; slow?: boolean }) =>
      traces.list({ ...filter, answered: true, limit: LISTED_TRACES }).map(traceHeader);
    return {
      failing: list({ traffic: 'demo', failed: true }),
      healthy: list({ traffic: 'demo', failed: false, slow: false }),
      /** Succeeded after more than a second, or by a full scan. */
      slow: list({ traffic: 'demo', failed: false, slow: true }),
      baseline: list({ traffic: 'baseline', failed: false }),
    };
  }

  explain() {
    return explainAnswer(this.options.observer.state(), this.options.store, this.options.now());
  }

  conductor() {
    const { conductor, confirmations, observer, now, traceLink } = this.options;
    const state = observer.rows() ?? { desired: null, override: null };
    const { override } = state;
    return {
      ...conductor.status(),
      /** Which actions work now, and why not. */
      can: availability(state, now() / 1000),
      choices: choicesOf(effectiveScenario(state)?.scenario.mode ?? 'normal'),
      /** The last actions, with what was seen of each. */
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
      /** Where to see a trace at the vendor, with `{traceId}` in it; null when not configured. */
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
      const minute = runningMinute(positionAt(effective, nowMs / 1000));
      if (minute !== null) store.pools.sample(effective.scenario.runId, minute, pool);
    }
    confirmations.look(this.systemView(nowMs, shown));
  }

  private systemView(nowMs: number, shown: Pulse): SystemView {
    const { store, observer } = this.options;
    const state = observer.rows();
    return {
      nowMs,
      effective: state === null ? null : effectiveScenario(state),
      shop: shopSeen(store, observer.state(), nowMs, shown.pool?.queryP50Ms ?? null),
      newestMinute: store.aggregates.newestMinute,
      demo: shown.demo,
    };
  }
}
