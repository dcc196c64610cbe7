import type { EffectiveScenario } from '../../scenario/types';
import { getJson, type JsonAnswer } from '../../machine/http';
import type { Output } from '../../machine/terminal';
import type { Target } from '../target/target';
import type { ServiceName } from '../../services/catalog';

/** What checks work with. */
export interface CheckContext {
  target: Target;
  /** What the shop follows now, read from the database once for all checks; rejects while that does not answer. */
  effective: () => Promise<EffectiveScenario>;
  /** How long telemetry and the like may take to show (ms). */
  patienceMs: number;
  output: Output;
  wait: (ms: number) => Promise<void>;
  repositoryDir: string;
}

const TIMEOUT_MS = 4000;

/** GETs JSON of a service. @throws when it does not answer, or not with 200 */
export async function readService(target: Target, name: ServiceName, path: string): Promise<unknown> {
  return bodyOf(name, path, await getFrom(await target.serviceUrl(name), path, target.adminToken));
}

/** As `readService`, of every ready instance. */
export async function readInstances(target: Target, name: ServiceName, path: string): Promise<unknown[]> {
  const urls = await target.serviceUrls(name);
  return Promise.all(
    urls.map(async (url) => bodyOf(name, path, await getFrom(url, path, target.adminToken))),
  );
}

function getFrom(baseUrl: string, path: string, token: string): Promise<JsonAnswer> {
  return getJson(new URL(path, baseUrl).href, { timeoutMs: TIMEOUT_MS, token });
}

function bodyOf(name: ServiceName, path: string, { status, body }: JsonAnswer): unknown {
  if (status !== 200) throw new Error(`${name} answers ${status} to ${path}`);
  return body;
}

/**
 * Looks again and again until something holds, at most `patienceMs`.
 *
 * @param look gives the result, or a text that says what is missing; what it throws counts as missing too
 */
export async function eventually<T>(
  { patienceMs, wait }: Pick<CheckContext, 'patienceMs' | 'wait'>,
  look: () => Promise<T | string>,
): Promise<T | string> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const found = await look().catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    if (typeof found !== 'string' || performance.now() > deadline) return found;
    await wait(500);
  }
}
