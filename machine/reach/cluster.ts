import * as http from 'node:http';
import * as https from 'node:https';
import { Mendable } from '../errors';
import { proxyFor, proxyHint } from '../proxy';
import type { ClusterAddress } from './kubeconfig';

/** Probes end after this time (ms). */
const PROBE_TIMEOUT_MS = 5_000;

/** Codes of a certificate that is not believed. */
const DISTRUST = /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT_)/;

/** What an API server that does not serve us says, and what to do about it. */
interface Fault {
  reason: string;
  remedy: string;
}

const ELSEWHERE =
  'Start it, connect the VPN, or choose another one: pulumi config set kubeconfig PATH; pulumi config set context NAME.';
const ANEW =
  'The cluster may be a new one, or the login may have expired: fetch its kubeconfig anew (k3d kubeconfig write, kind export kubeconfig, aws eks update-kubeconfig).';

/**
 * Fails when the API server does not answer, or does not let the kubeconfig's user in. Logins by a command (EKS, GKE)
 * are not tried here: they show when the first resource is made.
 *
 * @throws Mendable
 */
export async function requireReachable(address: ClusterAddress, source: string): Promise<void> {
  // Behind a proxy, of its own or the environment's, it is the proxy that answers.
  if (address.hasProxy || proxyFor(address.server) !== null) return;
  // A certificate or key that is none is refused by Node itself, before anything is sent.
  const fault = await probe(address).catch((error: unknown) =>
    faultOf(error instanceof Error ? error : new Error(String(error)), address.server),
  );
  if (fault === null) return;
  throw new Mendable(
    `The cluster at ${address.server} (context ${address.context} of ${source}) cannot be used: ${fault.reason}`,
    fault.remedy,
  );
}

/** Asks for the version, which everybody who is let in may know. */
function probe(address: ClusterAddress): Promise<Fault | null> {
  const { credentials, insecure, tlsServerName, ca } = address;
  const url = new URL(`${address.server.replace(/\/$/, '')}/version`);
  const { request } = url.protocol === 'http:' ? http : https;
  const hasLogin = credentials.token !== undefined || credentials.certificate !== undefined;
  return new Promise((resolve) => {
    // Of the whole exchange: a server may take the connection and then say nothing.
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    const asked = request(
      url,
      {
        signal,
        agent: false,
        rejectUnauthorized: !insecure,
        ca,
        servername: tlsServerName,
        cert: credentials.certificate,
        key: credentials.key,
        headers: credentials.token === undefined ? {} : { authorization: `Bearer ${credentials.token}` },
      },
      (response) => {
        response.resume();
        response.on('error', () => undefined);
        resolve(
          response.statusCode === 401 && hasLogin
            ? { reason: 'it refuses the login of the kubeconfig (401)', remedy: ANEW }
            : null,
        );
        asked.destroy();
      },
    );
    asked.on('error', (error: Error & { code?: string }) =>
      resolve(
        signal.aborted
          ? { reason: `no answer within ${String(PROBE_TIMEOUT_MS / 1000)} s`, remedy: ELSEWHERE }
          : faultOf(error, address.server),
      ),
    );
    asked.end();
  });
}

function faultOf(error: Error & { code?: string }, server: string): Fault {
  const { code = '', message } = error;
  if (DISTRUST.test(code)) {
    return { reason: `its certificate is not of the kubeconfig's authority (${message})`, remedy: ANEW };
  }
  if (code.startsWith('ERR_OSSL_'))
    return { reason: `a certificate or key of the kubeconfig is none (${message})`, remedy: ANEW };
  // A client certificate that has run out is refused while the connection is made.
  if (code.startsWith('ERR_SSL_')) return { reason: `TLS fails (${message.trim()})`, remedy: ANEW };
  if (code === 'ECONNREFUSED') return { reason: 'connection refused', remedy: ELSEWHERE };
  if (code === 'ENOTFOUND') {
    return { reason: `there is no such host${proxyHint(server, code)}`, remedy: ELSEWHERE };
  }
  return { reason: message === '' ? code : message, remedy: ELSEWHERE };
}
