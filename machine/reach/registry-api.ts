import { askOutside, type OutsideAnswer } from '../outside';
import { proxyHint } from '../proxy';

/**
 * The little that is needed of the OCI distribution API: whether a registry lets us in, and which digest a tag is.
 * Part of it is serialised into a dynamic resource and run in Pulumi's provider process: what it uses must be functions
 * that can be written out, and of Node what is global or required inside.
 */

/** Login to a registry. */
export interface RegistryLogin {
  username: string;
  password: string;
}

const ANSWER_WITHIN_MS = 5_000;
const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** Splits `redis:7`, `ghcr.io/me/x`, `localhost:5000/x:1@sha256:…`, as Docker reads them. */
export function parseReference(image: string) {
  const [name = '', digest] = image.split('@');
  const segments = name.split('/');
  const [first = ''] = segments;
  const hasServer = segments.length > 1 && (/[.:]/.test(first) || first === 'localhost');
  const server = hasServer ? first : 'docker.io';
  const path = hasServer ? segments.slice(1) : segments;
  const [last = '', tag = 'latest'] = (path.at(-1) ?? '').split(':');
  const repository = [...path.slice(0, -1), last].join('/');
  return {
    /** Registry host as names begin with, `docker.io` where they begin with none. */
    server: server === 'index.docker.io' ? 'docker.io' : server,
    /** Path in the registry. */
    repository: server === 'docker.io' && path.length === 1 ? `library/${repository}` : repository,
    tag,
    /** `sha256:…`; null for a reference by tag. */
    digest: digest ?? null,
  };
}

/** Base URLs at which a registry may answer: this machine's own without TLS, as Docker does it. */
function baseUrls(server: string): string[] {
  if (server === 'docker.io') return ['https://registry-1.docker.io'];
  const host = server.replace(/:\d+$/, '');
  const own = host === 'localhost' || host.endsWith('.localhost') || /^127\.|^\[::1\]$/.test(host);
  return own ? [`http://${server}`, `https://${server}`] : [`https://${server}`];
}

/** Why a registry gave no answer, in a few words. */
function reasonOf(error: unknown, server: string): string {
  const reason = plainReason(error);
  return reason + proxyHint(baseUrls(server)[0] ?? '', reason);
}

function plainReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${String(ANSWER_WITHIN_MS / 1000)} s`;
  const cause = error.cause instanceof Error ? error.cause : error;
  const { code } = cause as { code?: string };
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (code === 'ENOTFOUND') return 'there is no such host';
  return cause.message === '' ? (code ?? cause.name) : cause.message;
}

/** The Authorization header that answers a registry's challenge; null when it asks for none that we could give. */
async function authorizationFor(
  challenge: string,
  scope: string,
  login: RegistryLogin | null,
  signal: AbortSignal,
): Promise<string | null> {
  const basic = login
    ? `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`
    : null;
  if (/^basic/i.test(challenge)) return basic;
  const parameter = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1];
  const realm = parameter('realm');
  if (realm === undefined) return null;
  const url = new URL(realm);
  url.searchParams.set('scope', scope);
  const service = parameter('service');
  if (service !== undefined) url.searchParams.set('service', service);
  const response = await askOutside(url.href, {
    signal,
    headers: basic === null ? {} : { authorization: basic },
  });
  if (!response.ok) return null;
  const { token, access_token: accessToken } = JSON.parse(response.text) as {
    token?: string;
    access_token?: string;
  };
  const bearer = token ?? accessToken;
  return bearer === undefined ? null : `Bearer ${bearer}`;
}

/** Asks a registry, and once more with a token where it wants one. */
async function ask(
  server: string,
  path: string,
  options: { method: string; scope: string; login: RegistryLogin | null },
): Promise<OutsideAnswer> {
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const { method, scope, login } = options;
  let fault: unknown;
  for (const base of baseUrls(server)) {
    const headers: Record<string, string> = { accept: MANIFESTS };
    try {
      const response = await askOutside(`${base}${path}`, { method, headers, signal });
      if (response.status !== 401) return response;
      const challenge = response.header('www-authenticate') ?? '';
      const authorization = await authorizationFor(challenge, scope, login, signal);
      if (authorization === null) return response;
      return await askOutside(`${base}${path}`, { method, headers: { ...headers, authorization }, signal });
    } catch (error) {
      fault ??= error;
    }
  }
  throw fault instanceof Error ? fault : new Error(String(fault));
}

/**
 * Whether an error says that somebody answered, in no TLS that Node trusts. Docker may: it has lists of its own
 * (insecure-registries, certs.d).
 */
function isTrustFault(error: unknown): boolean {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code = '' } = cause as { code?: string };
  return /^(ERR_SSL_|ERR_TLS_|EPROTO|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/.test(code);
}

/**
 * Whether a registry answers and lets us in. One whose certificate Node does not trust is not judged: pushing will tell.
 *
 * @param repository image name without tag
 * @param login null to ask without one: a registry that then wants a login is no fault
 * @returns null, or what is wrong: `unreachable` or `refused`, with the reason
 */
export async function registryFault(
  repository: string,
  login: RegistryLogin | null,
): Promise<{ kind: 'unreachable' | 'refused'; reason: string; wantsLogin: boolean } | null> {
  const reference = parseReference(repository);
  const scope = `repository:${reference.repository}:pull,push`;
  try {
    const { status } = await ask(reference.server, '/v2/', { method: 'GET', scope, login });
    if (status < 400) return null;
    const reason = `${reference.server} answers ${String(status)}`;
    return { kind: 'refused', reason, wantsLogin: status === 401 };
  } catch (error) {
    if (isTrustFault(error)) return null;
    return { kind: 'unreachable', reason: reasonOf(error, reference.server), wantsLogin: false };
  }
}

/**
 * The digest that a tag is at this moment (of the index, where an image has several platforms).
 *
 * @throws Error that names the image, the reason and the remedy
 */
export async function digestOf(image: string, login: RegistryLogin | null): Promise<string> {
  const { server, repository, tag, digest } = parseReference(image);
  if (digest !== null) return digest;
  const remedy =
    'Check images.* of the config and the connection, or name it as NAME:TAG@sha256:…, which is asked nowhere. ' +
    'Then run pulumi up again.';
  let response: OutsideAnswer;
  try {
    response = await ask(server, `/v2/${repository}/manifests/${tag}`, {
      method: 'HEAD',
      scope: `repository:${repository}:pull`,
      login,
    });
  } catch (error) {
    throw new Error(
      `The image ${image}: ${server} cannot be reached: ${reasonOf(error, server)}. ${remedy}`,
      {
        cause: error,
      },
    );
  }
  const found = response.header('docker-content-digest');
  if (response.ok && found !== null && /^sha256:[0-9a-f]{64}$/.test(found)) return found;
  const reasons: Record<number, string> = {
    401: `${server} wants a login`,
    403: `${server} refuses`,
    404: `${server} has no ${repository}:${tag}`,
    429: `${server} has answered too often (its limit for anonymous pulls)`,
  };
  const reason = response.ok
    ? `${server} tells no digest`
    : (reasons[response.status] ?? `${server} answers ${String(response.status)}`);
  throw new Error(`The image ${image}: ${reason}. ${remedy}`);
}
