import { getJson, type JsonAnswer } from '../../machine/http';
import { at, listAt, numberAt, textAt } from '../../machine/json';
import { unready } from './local-target';
import { mergeRuns, mergeStreams } from './replicas';
import type { ServiceName } from '../../services/catalog';
import type { Target } from './target';
import type { CohortMinute, RunObservation } from '../../report/observation';

/** Counts of one cohort, the total since the load generator started and the last ten seconds. */
export interface StreamStats {
  requests: number;
  errors: number;
  last10s: { requests: number; errors: number };
  /** Over the last 60 s (ms). */
  p95Ms: number | null;
  last60sRpm: number;
}

export interface TrafficStats {
  baseline: StreamStats;
  demo: StreamStats;
}

/** What the console says of the flow alert. */
export interface FlowAlertState {
  state: 'armed' | 'firing';
  /** First minute of the incident that is open; null while armed. */
  sinceMinute: number | null;
  /** First minute in which the run fired it; null when it has not. */
  firstMinute: number | null;
}

/** What the telemetry says, over the last minute. */
export interface TelemetrySummary {
  arriving: boolean;
  baselineRequests: number;
  demoRequests: number;
  /** Baseline's `GET /products` at product-catalog. */
  catalog: { requests: number; p95Ms: number | null };
}

const TIMEOUT_MS = 3000;

/**
 * Reads what the shop says of itself; what replicas of a service say is put together. All methods throw when the
 * service asked does not answer as it should.
 */
export class ShopObserver {
  constructor(
    private readonly target: Pick<
      Target,
      'serviceUrl' | 'serviceUrls' | 'consoleUrl' | 'adminToken' | 'instances' | 'kind'
    >,
  ) {}

  /** The minutes of a run; null while the load generator has not seen it. */
  async run(runId: string): Promise<RunObservation | null> {
    const answers = await this.ask(`/admin/minutes?run_id=${encodeURIComponent(runId)}`, [200, 404]);
    const seen = answers.filter(({ status }) => status === 200);
    return seen.length === 0 ? null : mergeRuns(seen.map(({ body }) => parseRun(body)));
  }

  async traffic(): Promise<TrafficStats> {
    const answers = await this.ask('/admin/traffic-stats', [200]);
    return {
      baseline: mergeStreams(answers.map(({ body }) => streamOf(at(body, 'baseline')))),
      demo: mergeStreams(answers.map(({ body }) => streamOf(at(body, 'demo')))),
    };
  }

  async telemetry(): Promise<TelemetrySummary> {
    return parseSummary(await this.summary(''));
  }

  /** USD lost by a run's failed checkouts, by demo minute; null while the console has not seen the run. */
  async lostRevenue(runId: string): Promise<Map<number, number> | null> {
    const body = await this.summary(`?minute_services=false&run_id=${encodeURIComponent(runId)}`);
    return body === null ? null : parseLostRevenue(body);
  }

  /** What the console says of a run's flow alert; null while it has not seen the run, or doesn't say. */
  async flowAlert(runId: string): Promise<FlowAlertState | null> {
    const body = await this.summary(`?minute_services=false&run_id=${encodeURIComponent(runId)}`);
    return body === null ? null : parseFlowAlert(body);
  }

  /** The recommendation pool's size in force, over all replicas: null when product-catalog doesn't tell. */
  async recommendationPool(): Promise<{ size: number | null; replicas: number }> {
    const urls = await this.target.serviceUrls('product-catalog');
    const sizes = await Promise.all(
      urls.map(async (url) => {
        const { body } = await getJson(`${url}/health`, { timeoutMs: TIMEOUT_MS });
        return numberAt(body, 'pools', 'recommendation', 'max');
      }),
    );
    return {
      size: sizes.reduce<number | null>(
        (sum, size) => (sum === null || size === null ? null : sum + size),
        0,
      ),
      replicas: sizes.length,
    };
  }

  /** Why a service is not ready; null when it is. */
  async unready(name: ServiceName): Promise<string | null> {
    if (this.target.kind === 'local') return unready(await this.target.serviceUrl(name));
    const pods = (await this.target.instances()).filter(({ workload }) => workload === name);
    if (pods.length === 0) return 'it has no pod';
    return pods.find(({ ready }) => !ready)?.reason ?? null;
  }

  /** What every replica of the load generator answers. */
  private async ask(path: string, statuses: readonly number[]): Promise<JsonAnswer[]> {
    const urls = await this.target.serviceUrls('load-generator');
    return Promise.all(
      urls.map(async (url) => {
        const answer = await getJson(`${url}${path}`, {
          timeoutMs: TIMEOUT_MS,
          token: this.target.adminToken,
        });
        if (!statuses.includes(answer.status)) {
          throw new Error(`load-generator answers ${answer.status} to ${path.split('?')[0] ?? path}`);
        }
        return answer;
      }),
    );
  }

  /** The console's summary; null when it doesn't know the run asked for. */
  private async summary(query: string): Promise<unknown> {
    const { status, body } = await getJson(`${this.target.consoleUrl}/api/summary${query}`, {
      timeoutMs: TIMEOUT_MS,
    });
    if (status === 404) return null;
    if (status !== 200) throw new Error(`console answers ${status} to /api/summary`);
    return body;
  }
}

/** Reads the answer of `GET /admin/minutes`. */
export function parseRun(body: unknown): RunObservation {
  return {
    minutes: listAt(body, 'minutes').map((minute) => ({
      minute: numberAt(minute, 'minute') ?? -1,
      phase: textAt(minute, 'phase') ?? '',
      demo: cohortOf(at(minute, 'demo')),
      baseline: cohortOf(at(minute, 'baseline')),
      inFlight: numberAt(minute, 'load', 'inFlight') ?? 0,
    })),
    load: {
      scheduled: numberAt(body, 'load', 'scheduled') ?? 0,
      started: numberAt(body, 'load', 'started') ?? 0,
      dropped: numberAt(body, 'load', 'dropped') ?? 0,
      startLagP99Ms: numberAt(body, 'load', 'startLagP99Ms'),
    },
  };
}

/** Reads the answer of the console's `GET /api/summary`. */
export function parseSummary(body: unknown): TelemetrySummary {
  const window = at(body, 'windows', 'last60s');
  const catalog = listAt(window, 'routes').find(
    (route) =>
      textAt(route, 'service') === 'product-catalog' &&
      textAt(route, 'route') === 'GET /products' &&
      textAt(route, 'traffic') === 'baseline',
  );
  return {
    arriving: at(body, 'telemetry', 'arriving') === true,
    baselineRequests: numberAt(window, 'traffic', 'baseline', 'requests') ?? 0,
    demoRequests: numberAt(window, 'traffic', 'demo', 'requests') ?? 0,
    catalog: { requests: numberAt(catalog, 'requests') ?? 0, p95Ms: numberAt(catalog, 'p95Ms') },
  };
}

/** Reads the lost revenue (USD) of each demo minute in the answer of `GET /api/summary`. */
export function parseLostRevenue(body: unknown): Map<number, number> {
  const lost = new Map<number, number>();
  for (const each of listAt(body, 'run', 'minutes')) {
    const [minute, usd] = [numberAt(each, 'minute'), numberAt(each, 'lostRevenueUsd')];
    if (minute !== null && usd !== null) lost.set(minute, usd);
  }
  return lost;
}

/** Reads the flow alert in the answer of `GET /api/summary`; null where it has none. */
export function parseFlowAlert(body: unknown): FlowAlertState | null {
  const found = at(body, 'flowAlert');
  const state = textAt(found, 'state');
  if (state !== 'armed' && state !== 'firing') return null;
  const sinceMinute = numberAt(found, 'since_minute');
  const [first] = listAt(found, 'incidents');
  return { state, sinceMinute, firstMinute: numberAt(first, 'fromMinute') ?? sinceMinute };
}

function cohortOf(value: unknown): CohortMinute {
  return {
    rpm: numberAt(value, 'rpm') ?? 0,
    scheduled: numberAt(value, 'scheduled') ?? 0,
    completed: numberAt(value, 'completed') ?? 0,
    errors: numberAt(value, 'errors') ?? 0,
    errorRate: numberAt(value, 'errorRate') ?? 0,
    p50Ms: numberAt(value, 'p50Ms'),
    p95Ms: numberAt(value, 'p95Ms'),
  };
}

function streamOf(value: unknown): StreamStats {
  return {
    requests: numberAt(value, 'requests') ?? 0,
    errors: numberAt(value, 'errors') ?? 0,
    last10s: {
      requests: numberAt(value, 'last_10s', 'requests') ?? 0,
      errors: numberAt(value, 'last_10s', 'errors') ?? 0,
    },
    p95Ms: numberAt(value, 'p95_ms'),
    last60sRpm: numberAt(value, 'rpm') ?? numberAt(value, 'current_rpm') ?? 0,
  };
}
