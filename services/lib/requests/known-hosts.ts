import type { RequestHandler } from 'express';
import { hostIn } from '../../../scenario/config/pasted-forms';
import { HttpError } from '../errors';

/** Names of this machine, wherever a service runs (a tunnel or a port-forward ends there, too). */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/;

/** The name in a `Host` header, without port and final dot; null for what is none. */
function nameIn(host: string | undefined): string | null {
  const name = HOST.exec((host ?? '').toLowerCase())?.[1];
  return name === undefined ? null : name.replace(/\.$/, '');
}

/** The names a Kubernetes Service has inside its cluster. */
function clusterNames(service: string, namespace: string | undefined): string[] {
  if (namespace === undefined) return [service];
  return ['', `.${namespace}`, `.${namespace}.svc`, `.${namespace}.svc.cluster.local`].map(
    (suffix) => service + suffix,
  );
}

/** An address as a `Host` header writes it. */
function asHost(address: string | undefined): string | null {
  if (address === undefined) return null;
  const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return v4 ?? (address.includes(':') ? `[${address}]` : address);
}

/**
 * Answers only for hosts we know: this machine's names, the service's own in the cluster, the very address the
 * connection came to (a probe's), and those of `KNOWN_HOSTS`. A web page whose name was pointed at us (DNS rebinding)
 * sends its own name, and gets nothing.
 *
 * @param services names of the Kubernetes Services that lead here
 * @throws (per request) HttpError 421 `unknown-host`
 */
export function knownHosts(
  services: readonly string[],
  env: { KNOWN_HOSTS?: string | undefined; POD_NAMESPACE?: string | undefined } = process.env,
): RequestHandler {
  const extra = (env.KNOWN_HOSTS ?? '').split(',').flatMap((host) => hostIn(host) ?? []);
  const known = new Set([
    ...LOOPBACK,
    ...services.flatMap((service) => clusterNames(service, env.POD_NAMESPACE)),
    ...extra,
  ]);
  return (request, _response, next) => {
    const name = nameIn(request.headers.host);
    if (name === null || !(known.has(name) || name === asHost(request.socket.localAddress))) {
      throw new HttpError(
        421,
        'unknown-host',
        `This service does not answer for the host ${(request.headers.host ?? '(none)').slice(0, 100)}: ` +
          'call it as localhost, or name the host in ECOMMERCE_KNOWN_HOSTS (npm start) or knownHosts (the stack).',
      );
    }
    next();
  };
}
