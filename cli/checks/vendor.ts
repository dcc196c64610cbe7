import { STATUS_CODES } from 'node:http';
import { at, numberAt, textAt } from '../../machine/json';
import { messageOf } from '../../machine/errors';
import { askOutside } from '../../machine/outside';
import { failed, ok, skipped, type Finding } from './check';
import { collectorExporters, collectorLog, isVendor, vendorTrouble } from './collector';
import type { CheckContext } from './context';
import { browse } from './journeys';

/** The collector's own metrics. */
const METRICS_PORT = 8888;
const POLL_MS = 500;
/** How long the vendor's answer is waited for: the services export each second, the collector batches (ms). */
const ANSWER_WITHIN_MS = 15_000;
const METRICS_TIMEOUT_MS = 4000;

/** Whether the vendor takes a test span, and if not, what it answers. */
export function checkVendor(context: CheckContext): Promise<Finding> {
  return context.target.tunnel === null ? checkForwarder(context) : checkCollector(context);
}

/** What a status of an OTLP end point means, and what to do. */
export function meaningOf(status: number, local: boolean): { name: string; remedy: string } {
  const remedies: Readonly<Record<number, string>> = {
    400: 'the end point does not understand OTLP: is it the base URL of OTLP/HTTP, without /v1/traces?',
    401:
      'the key is missing, wrong or expired: make a new one that may send data, and ' +
      (local
        ? 'start again with it: npm start -- --otlp-endpoint URL --otlp-headers-file FILE (a line Authorization=Bearer KEY)'
        : 'set it (pulumi config set --secret --path coralogix.privateKey KEY)'),
    403: 'the key is known but may not send this: use a send-your-data key of this very account and region, not an API or RUM key; check the domain',
    404: 'no OTLP end point is there: check the URL (the exporter adds /v1/traces itself)',
    429:
      'the account’s quota or rate limit is used up: raise it, block the demo’s logs by a TCO policy, or send less ' +
      (local ? '(npm start -- --scale X)' : '(traffic.scale)'),
  };
  const known = remedies[status];
  if (known !== undefined) return { name: `${status} ${STATUS_CODES[status] ?? ''}`, remedy: known };
  const remedy =
    status >= 500
      ? 'the vendor is in trouble: see its status page, and try again in some minutes'
      : 'see what the vendor says of this status';
  return { name: String(status), remedy };
}

/** https://opentelemetry.io/docs/specs/otlp/#otlpgrpc-response and gRPC's own mapping to HTTP. */
const HTTP_OF_GRPC: Readonly<Record<string, number>> = {
  unauthenticated: 401,
  permissiondenied: 403,
  resourceexhausted: 429,
  invalidargument: 400,
  unimplemented: 404,
  notfound: 404,
};

/** The status in what the forwarder or the collector says of an error; null without one. */
export function statusIn(message: string): number | null {
  const http = /(?:HTTP(?: Status Code)?|status code|responded with HTTP Status Code)[ :]+(\d{3})/i.exec(
    message,
  );
  if (http?.[1] !== undefined) return Number(http[1]);
  const grpc = /(?:code =|gRPC) (\w+)/.exec(message)?.[1] ?? '';
  // The collector writes PermissionDenied, the forwarder PERMISSION_DENIED.
  return HTTP_OF_GRPC[grpc.replaceAll('_', '').toLowerCase()] ?? null;
}

/** The failure with its name, its remedy and what was said. */
export function refusedBy(vendor: string, message: string, local: boolean): Finding {
  const status = statusIn(message);
  if (status === null) {
    return failed(
      `${vendor} does not answer: ${message}`,
      local
        ? 'check the URL, its protocol (--otlp-protocol), its certificate (--otlp-ca), and whether a firewall or proxy lets this out'
        : 'check the URL and domain, the name server, and whether a firewall lets this out',
    );
  }
  const { name, remedy } = meaningOf(status, local);
  return failed(
    `${vendor} answers ${name}${/^\w+: (HTTP|gRPC) \w+/.test(message) ? ` (${message})` : ''}`,
    remedy,
  );
}

/** A shop on this machine: the console passes telemetry on, and notes each signal's last answer. */
async function checkForwarder(context: CheckContext): Promise<Finding> {
  const { observer, wait } = context;
  const read = async (): Promise<unknown> => at(await observer.get('console', '/health'), 'forwarding');
  const before = await read();
  if (before === null) {
    return skipped('nobody: telemetry stays in the console (npm start -- --otlp-endpoint URL sends it on)');
  }
  const vendor = textAt(before, 'endpoint') ?? 'the end point';
  const droppedBefore = numberAt(before, 'dropped') ?? 0;
  await sendTestSpan(context);
  const deadline = performance.now() + ANSWER_WITHIN_MS;
  const isNew = (now: unknown, signal: string): boolean =>
    answeredAt(now, signal) > answeredAt(before, signal);
  for (;;) {
    await wait(POLL_MS);
    const now = await read();
    for (const signal of SIGNALS) {
      const error = textAt(now, 'answers', signal, 'error');
      if (error !== null && isNew(now, signal)) return refusedBy(vendor, `${signal}: ${error}`, true);
    }
    const answered = SIGNALS.filter((signal) => isNew(now, signal));
    if (ALWAYS_SENT.every((signal) => answered.includes(signal))) {
      const taken = difference(before, now, 'forwarded');
      const lost = difference(before, now, 'dropped');
      return lost > 0
        ? failed(
            `${vendor} takes telemetry, but ${lost} of ${taken + lost} payloads were dropped meanwhile`,
            'it is slower than the shop sends: less traffic (--scale), or a nearer end point',
          )
        : droppedBefore > 0
          ? failed(
              `${vendor} takes telemetry now, but ${droppedBefore} payloads were lost or refused since the shop started`,
              'what they told is not at the vendor: start the shop again before you show a whole run',
            )
          : ok(`${vendor} took ${taken} payloads: ${answered.join(', ')}`);
    }
    if (performance.now() > deadline) {
      const queued = numberAt(now, 'queued') ?? 0;
      const silent = ALWAYS_SENT.filter((signal) => !answered.includes(signal));
      return failed(
        `${vendor} has not answered to ${silent.join(', ')} in ${ANSWER_WITHIN_MS / 1000} s, ${queued} payloads are queued`,
        queued > 0 ? 'it does not answer: check the URL' : 'no telemetry arrives at the console either',
      );
    }
  }
}

const SIGNALS = ['traces', 'metrics', 'logs'] as const;
/** A shop that is well may log nothing. */
const ALWAYS_SENT = ['traces', 'metrics'] as const;

/** When the end point last answered of a signal (Unix ms). */
function answeredAt(forwarding: unknown, signal: string): number {
  return numberAt(forwarding, 'answers', signal, 'at') ?? 0;
}

function difference(before: unknown, now: unknown, key: string): number {
  return (numberAt(now, key) ?? 0) - (numberAt(before, key) ?? 0);
}

/** A stack: the collector's own metrics count what was taken and refused, its log says why. */
async function checkCollector(context: CheckContext): Promise<Finding> {
  const { target, wait } = context;
  const base = await target.tunnel?.('collector', METRICS_PORT);
  const read = async () => {
    const response = await askOutside(`${base ?? ''}/metrics`, {
      signal: AbortSignal.timeout(METRICS_TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`the collector's metrics answer ${response.status}`);
    return collectorExporters(response.text);
  };
  let before;
  try {
    before = await read();
  } catch (error) {
    return failed(
      `the collector's own metrics cannot be read: ${messageOf(error)}`,
      'is its pod ready? A stack deployed before it had metrics: pulumi up',
    );
  }
  await sendTestSpan(context);
  const deadline = performance.now() + ANSWER_WITHIN_MS;
  for (;;) {
    await wait(POLL_MS);
    const now = await read();
    const vendors = [...now.keys()].filter(isVendor);
    // The counters begin with the first span: one that was never sent anything has none.
    if (vendors.length === 0) {
      if (performance.now() < deadline - ANSWER_WITHIN_MS / 2) continue;
      return skipped('nobody: the stack has neither coralogix.privateKey nor otlp.endpoint');
    }
    const states = vendors.map((name) => ({ name, ...vendorTrouble(before.get(name), now.get(name)) }));
    if (states.every(({ sent, failed: refused }) => sent > 0 && refused === 0)) {
      return ok(states.map(({ name, sent }) => `${name} took ${sent} spans`).join(', '));
    }
    const bad = states.find(({ failed: refused }) => refused > 0);
    if (bad !== undefined || performance.now() > deadline) {
      const {
        name,
        sent,
        failed: refused,
        queued,
      } = bad ??
        states.find((state) => state.sent === 0) ??
        states[0] ?? { name: 'the vendor', sent: 0, failed: 0, queued: 0 };
      const said = await collectorLog(target, name);
      if (said !== null) {
        const finding = refusedBy(name, said, false);
        return {
          ...finding,
          figures: `${finding.figures} (${refused} spans refused, ${queued} batches queued)`,
        };
      }
      return failed(
        `${name}: ${sent} spans taken, ${refused} refused, ${queued} batches queued in ${ANSWER_WITHIN_MS / 1000} s`,
        'its log says why: kubectl logs deployment/collector',
      );
    }
  }
}

/** One browse: its spans go the whole way. Whether it succeeds is another check's. */
async function sendTestSpan({ target }: CheckContext): Promise<void> {
  await browse(target, 5000).catch(() => undefined);
}
