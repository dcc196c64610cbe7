import { Agent, request as undiciRequest } from 'undici';
import type { z } from 'zod';
import { serviceEntry, urlVariable, type ServiceName } from '../catalog';
import { closeAtEnd } from './closing';
import { within } from './requests/deadline';
import { HttpError } from './errors';
import { withCall } from './telemetry/calls';

/** A call that failed: the callee answered 5xx, too late, or not at all. Our own answer is 503. */
export class DownstreamError extends HttpError {
  constructor(
    readonly service: ServiceName,
    reason: 'timeout' | 'unreachable' | 'downstream-error',
    message: string,
    readonly body: unknown,
    options?: ErrorOptions,
  ) {
    super(503, reason, message, { service }, options);
    this.name = 'DownstreamError';
  }
}

/** A 4xx to a call of ours that had no reason for one: a fault of ours, not of our caller. */
export function refused(service: ServiceName, status: number, body: unknown): DownstreamError {
  const message = `${service} refused our request with ${status}`;
  return new DownstreamError(service, 'downstream-error', message, body);
}

// Keep-alive ends here first (servers wait longer), so that no request meets a closing connection.
const agent = new Agent({ keepAliveTimeout: 10_000, connect: { timeout: 2_000 }, pipelining: 1 });
closeAtEnd(() => agent.close());

export interface ServiceRequest<T> {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  /** The path with names in place of its values (`/cart/{id}`), where it has some: names the client span. */
  template?: string;
  query?: Record<string, string | number | boolean | undefined>;
  json?: unknown;
  /** How long the answer may take, body included (ms). */
  timeoutMs: number;
  /** What a 2xx answer must look like. */
  schema?: z.ZodType<T>;
}

/** Where a service is: `<NAME>_URL`, else its name as the host (Kubernetes) and the catalog's port. */
export function baseUrl(service: ServiceName): string {
  return process.env[urlVariable(service)] ?? `http://${service}:${serviceEntry(service).port}`;
}

/** @throws Error for a path that is not the one it says: `..` in it would lead to another route of the service */
function urlOf(service: ServiceName, path: string): URL {
  const url = new URL(path, baseUrl(service));
  if (url.pathname !== path) throw new Error(`${path} is no plain path of ${service}`);
  return url;
}

/**
 * Calls another service. Trace context and baggage go along by themselves.
 *
 * @returns the answer, for any status below 500
 * @throws DownstreamError for a 5xx answer, a time-out, a refused or broken connection, or an answer that is not
 *   what `schema` says
 */
export async function callService<T = unknown>(
  service: ServiceName,
  { method = 'GET', path, template = path, query, json, timeoutMs, schema }: ServiceRequest<T>,
): Promise<{ status: number; body: T }> {
  const url = urlOf(service, path);
  if (query !== undefined) url.search = searchOf(query);
  let status: number;
  let text: string;
  try {
    ({ status, text } = await within(timeoutMs, async (signal) => {
      const response = await withCall({ service, template }, () =>
        undiciRequest(url, {
          method,
          dispatcher: agent,
          signal,
          headers: json === undefined ? {} : { 'content-type': 'application/json' },
          body: json === undefined ? null : JSON.stringify(json),
        }),
      );
      return { status: response.statusCode, text: await response.body.text() };
    }));
  } catch (error) {
    const timedOut = error instanceof Error && error.name === 'TimeoutError';
    const [reason, what] = timedOut
      ? (['timeout', `did not answer within ${timeoutMs} ms`] as const)
      : (['unreachable', 'cannot be reached'] as const);
    throw new DownstreamError(service, reason, `${service} ${what}`, null, { cause: error });
  }
  const body = parseJson(text);
  const failed = (what: string, cause?: Error): DownstreamError =>
    new DownstreamError(service, 'downstream-error', `${service} ${what}`, body, { cause });
  if (status >= 500) throw failed(`answered ${status}`);
  if (schema === undefined || status >= 300) return { status, body: body as T };
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw failed('answered something unexpected', parsed.error);
  return { status, body: parsed.data };
}

/** At once: each parameter that a URL is given by itself has the whole of it written anew. */
function searchOf(query: NonNullable<ServiceRequest<unknown>['query']>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const text = given.map(([name, value]): [string, string] => [name, String(value)]);
  return new URLSearchParams(text).toString();
}

function parseJson(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
