/** Calls of run-time control. The token stays in this tab's session. */

const KEY = 'console.admin-token';

export function token() {
  return sessionStorage.getItem(KEY) ?? '';
}

export function forgetToken() {
  sessionStorage.removeItem(KEY);
}

/** Takes a token from the address (`#token=…`, which is sent nowhere), and cleans the address. */
export function takeTokenFromAddress() {
  const found = /[#&]token=([^&]+)/.exec(location.hash)?.[1];
  if (found === undefined) return;
  sessionStorage.setItem(KEY, decodeURIComponent(found));
  history.replaceState(null, '', `${location.pathname}${location.search}#/conductor`);
}

async function call(method, path, body, secret) {
  const response = await fetch(`admin/override/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${secret}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(15_000),
  });
  const answer = await response.json();
  if (!response.ok)
    throw Object.assign(new Error(answer.error ?? `HTTP ${String(response.status)}`), {
      status: response.status,
    });
  return answer;
}

/** Keeps a token if the console accepts it. @throws with the console's reason */
export async function unlock(secret) {
  await call('GET', 'check', undefined, secret);
  sessionStorage.setItem(KEY, secret);
}

/** One action. @throws with the console's reason */
export function act(path, body = {}) {
  return call('POST', path, body, token());
}
