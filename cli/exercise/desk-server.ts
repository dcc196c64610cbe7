import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { bearsSecret } from '../../machine/bearer';
import { messageOf, Refusal } from '../../machine/errors';
import { getJson } from '../../machine/http';
import { at, parseJson } from '../../machine/json';
import { listenLocally } from '../../machine/reach/tcp';
import type { ReportPage } from '../../report/html';
import type { Target } from '../target/target';
import { DIAGNOSES, type Desk } from './desk';
import { deskPage, tracePage } from './desk-pages';
import type { ExerciseRecord } from './exercise-record';

const TIMEOUT_MS = 5000;
/** An answer is shorter than that. */
export const MOST_ANSWER_BYTES = 16 * 1024;
/** What of the console's API is telemetry alone; everything else names the scenario. */
const TELEMETRY = /^\/api\/(traces|traces\/[0-9a-f]{32}|logs|service-map)$/;

/** What a participant says it is. */
export const answerSchema = z.strictObject({
  cause: z.enum(DIAGNOSES, { error: `must be one of ${DIAGNOSES.join(', ')}` }),
  why: z.string().max(2000).nullable().default(null),
});

/** The desk's server, on loopback: telemetry without the console's answers, and what the participant says. */
export class DeskServer {
  private readonly server: Server;
  private desk: Desk | null = null;

  constructor(
    private readonly target: Pick<Target, 'consoleUrl' | 'instances'>,
    private readonly record: ExerciseRecord,
  ) {
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  /** @returns its base URL */
  async listen(): Promise<string> {
    return `http://127.0.0.1:${String(await listenLocally(this.server))}`;
  }

  /** From now on it answers. */
  open(desk: Desk): void {
    this.desk = desk;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { desk } = this;
      const url = URL.parse(request.url ?? '/', 'http://desk');
      // A page of somebody else's that names this address by a name of its own is not answered.
      if (desk === null || request.headers.host !== new URL(desk.url).host)
        send(response, 421, { error: 'unknown host' });
      else if (url === null) send(response, 400, { error: 'no such address' });
      else if (request.method === 'GET') await this.read(desk, url, response);
      else if (request.method === 'POST') await this.say(desk, url.pathname, request, response);
      else send(response, 405, { error: 'GET or POST' });
    } catch (error) {
      send(response, error instanceof Refusal ? 409 : 502, { error: messageOf(error) });
    }
  }

  private async read(desk: Desk, { pathname, search }: URL, response: ServerResponse): Promise<void> {
    const trace = /^\/traces\/([0-9a-f]{32})$/.exec(pathname)?.[1];
    if (TELEMETRY.test(pathname)) {
      const { status, body } = await this.console(pathname + search);
      send(response, status, body);
    } else if (pathname === '/api/metrics') send(response, 200, await this.metrics());
    else if (pathname === '/api/processes') send(response, 200, { processes: await this.processes() });
    else if (pathname === '/api/status') send(response, 200, this.record.status());
    else if (pathname === '/') sendPage(response, await this.firstPage(desk));
    else if (trace !== undefined)
      sendPage(response, tracePage((await this.console(`/api/traces/${trace}`)).body));
    else send(response, 404, { error: `no ${pathname} on the desk` });
  }

  private async say(
    desk: Desk,
    pathname: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (!bearsSecret(request.headers.authorization, desk.token)) {
      send(response, 401, { error: 'Authorization: Bearer with the token of desk.json' });
      return;
    }
    const { record } = this;
    if (pathname === '/api/ack') record.acknowledge();
    else if (pathname === '/api/end') record.finish('ended');
    else if (pathname === '/api/hint') {
      send(response, 200, record.hint());
      return;
    } else if (pathname === '/api/answer') {
      const answer = answerSchema.safeParse(parseJson(await bodyOf(request)));
      if (!answer.success) {
        send(response, 400, { error: z.prettifyError(answer.error) });
        return;
      }
      record.answer(answer.data.cause, answer.data.why);
    } else {
      send(response, 404, { error: `no ${pathname} on the desk` });
      return;
    }
    send(response, 200, record.status());
  }

  private async firstPage(desk: Desk): Promise<ReportPage> {
    const [metrics, failing, others, processes] = await Promise.all([
      this.metrics(),
      this.console('/api/traces?traffic=demo&error=true&limit=10'),
      this.console('/api/traces?traffic=demo&error=false&limit=10'),
      this.processes(),
    ]);
    return deskPage(desk, {
      status: this.record.status(),
      metrics,
      failing: failing.body,
      others: others.body,
      processes,
    });
  }

  /** The console's summary without what it knows of the scenario. */
  private async metrics(): Promise<Record<string, unknown>> {
    const { body } = await this.console('/api/summary?minutes=false&minute_services=false');
    return { at: at(body, 'at'), windows: at(body, 'windows'), pools: at(body, 'pools') };
  }

  private async processes(): Promise<
    { workload: string; pid: number | null; ready: boolean; reason: string | null }[]
  > {
    const instances = await this.target.instances();
    return instances.map(({ workload, pid, ready, reason }) => ({ workload, pid, ready, reason }));
  }

  private console(path: string) {
    return getJson(new URL(path, this.target.consoleUrl).href, { timeoutMs: TIMEOUT_MS });
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > MOST_ANSWER_BYTES) throw new Refusal('an answer is shorter than that');
  }
  return text;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
    .end(`${JSON.stringify(body)}\n`);
}

function sendPage(response: ServerResponse, { html, policy }: ReportPage): void {
  response
    .writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
    })
    .end(html);
}
