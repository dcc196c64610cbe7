/** Calls of run-time control. The token stays in this tab's session. */

const KEY = 'console.admin-token';
const PATIENCE_MS = 15_000;

const FROM_AFAR =
  'This page came over a network in clear, where the token must not go. Open it with: npm run console -- --stack NAME';

/** The console did not do what was asked. */
class Refused extends Error {
  /** @param {string} message @param {number} status */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** The token was not the console's. @param {unknown} error */
export const isUnauthorized = (error) => error instanceof Refused && error.status === 401;

export const token = () => sessionStorage.getItem(KEY) ?? '';
export const forgetToken = () => sessionStorage.removeItem(KEY);

/** Takes a token from the address (`#token=…`, which is sent nowhere), and cleans the address. */
export function takeTokenFromAddress() {
  const found = /[#&]token=([^&]+)/.exec(location.hash)?.[1];
  if (found === undefined) return;
  sessionStorage.setItem(KEY, decodeURIComponent(found));
  history.replaceState(null, '', `${location.pathname}${location.search}#/conductor`);
}

/** @param {string} path @param {string} secret @param {object} [json] */
async function call(path, secret, json) {
  // Neither this machine nor TLS: the token would cross a network in clear.
  if (!isSecureContext) throw new Refused(FROM_AFAR, 403);
  const response = await fetch(`admin/override/${path}`, {
    method: json ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${secret}`, ...(json && { 'content-type': 'application/json' }) },
    ...(json && { body: JSON.stringify(json) }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const answer = await response.json();
  if (!response.ok) throw new Refused(answer.error ?? `HTTP ${response.status}`, response.status);
}

/** Keeps a token if the console accepts it. @param {string} secret @throws {Refused} with the console's reason */
export async function unlock(secret) {
  await call('check', secret);
  sessionStorage.setItem(KEY, secret);
}

/** One action. @param {string} path @param {object} body @throws {Refused} with the console's reason */
export const act = (path, body = {}) => call(path, token(), body);
