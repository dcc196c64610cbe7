import { serviceEntry, type ServiceName } from '../../services/catalog';
import { getJson, type JsonAnswer } from '../../machine/http';
import { at, numberAt } from '../../machine/json';
import type { RunObservation } from '../../report/observation';
import type { Target } from '../target/target';
import {
  cohortStats,
  parseRun,
  parseRunTelemetry,
  parseSummary,
  type RunTelemetry,
  type TelemetrySummary,
  type TrafficStats,
} from './answers';
import { mergeCohorts, mergeRuns } from './replicas';

const TIMEOUT_MS = 4000;
const FOUND_OR_NOT = [200, 404];

/**
 * Reads what the shop says of itself; what replicas of a service say is put together. All methods throw when the
 * service asked does not answer, or not with 200.
 */
export class ShopObserver {
  constructor(private readonly target: Pick<Target, 'serviceUrl' | 'endpoints' | 'adminToken'>) {}

  /** GETs JSON of a service: of whichever replica answers. */
  async get(name: ServiceName, path: string): Promise<unknown> {
    return (await this.ask(await this.target.serviceUrl(name), name, path)).body;
  }

  /** As `get`, of every ready instance. @param statuses with which it may answer */
  async all(
    name: ServiceName,
    path: string,
    statuses?: readonly number[],
  ): Promise<(JsonAnswer & { instance: string })[]> {
    const endpoints = await this.target.endpoints(name);
    return Promise.all(
      endpoints.map(async ({ instance, url }) => ({
        instance,
        ...(await this.ask(url, name, path, statuses)),
      })),
    );
  }

  /** The minutes of a run; null while the load generator has not seen it. */
  async run(runId: string): Promise<RunObservation | null> {
    const path = `/admin/minutes?run_id=${encodeURIComponent(runId)}`;
    const answers = await this.all('load-generator', path, FOUND_OR_NOT);
    const seen = answers.filter(({ status }) => status === 200);
    return seen.length === 0 ? null : mergeRuns(seen.map(({ body }) => parseRun(body)));
  }

  /** What the load generator has counted so far. */
  async traffic(): Promise<TrafficStats> {
    const answers = await this.all('load-generator', '/admin/traffic-stats');
    return {
      baseline: mergeCohorts(answers.map(({ body }) => cohortStats(at(body, 'baseline')))),
      demo: mergeCohorts(answers.map(({ body }) => cohortStats(at(body, 'demo')))),
    };
  }

  /** What the console says of the last minute. */
  async telemetry(): Promise<TelemetrySummary> {
    return parseSummary(await this.get('console', '/api/summary?minutes=false&minute_services=false'));
  }

  /** What the console says of a run, and of the last minute, in one answer; null while it has not seen the run. */
  async runTelemetry(runId: string): Promise<RunTelemetry | null> {
    const path = `/api/summary?minute_services=false&run_id=${encodeURIComponent(runId)}`;
    const url = await this.target.serviceUrl('console');
    const { status, body } = await this.ask(url, 'console', path, FOUND_OR_NOT);
    if (status === 404) return null;
    return parseRunTelemetry(body);
  }

  /** The recommendation pool's size in force, over all replicas: null when one of product-catalog doesn't tell. */
  async recommendationPool(): Promise<{ size: number | null; replicas: number }> {
    const answers = await this.all('product-catalog', '/health');
    const sizes = answers.map(({ body }) => numberAt(body, 'pools', 'recommendation', 'max'));
    return {
      size: sizes.reduce((sum, size) => (sum === null || size === null ? null : sum + size), 0),
      replicas: sizes.length,
    };
  }

  private async ask(
    url: string,
    name: ServiceName,
    path: string,
    statuses: readonly number[] = [200],
  ): Promise<JsonAnswer> {
    const answer = await getJson(new URL(path, url).href, {
      timeoutMs: TIMEOUT_MS,
      // Nobody else has run-time control, and some are reached in clear.
      ...(serviceEntry(name).adminToken ? { token: this.target.adminToken } : {}),
    });
    if (!statuses.includes(answer.status))
      throw new Error(`${name} answers ${answer.status} to ${path.split('?')[0] ?? path}`);
    return answer;
  }
}
