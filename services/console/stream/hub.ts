import type { Request, Response } from 'express';
import { HttpError } from '../../lib/errors';

/** Viewers at the same time; a room needs a handful. */
export const MAX_VIEWERS = 60;
/** … and from one address: a client that opens streams without end must not lock the others out. */
export const MAX_VIEWERS_OF_ONE = 20;
/** A viewer that has so much unread (bytes) gets no more until it has caught up: each event is a whole state. */
const MAX_UNREAD_BYTES = 256 * 1024;
/** … and is let go when it does not read for so long (ms): it will come back. */
const STALLED_MS = 20_000;

/** What can be on the stream. */
export const STREAM_EVENTS = ['history', 'pulse', 'conductor', 'curve', 'traces', 'explain', 'map'] as const;
export type StreamEvent = (typeof STREAM_EVENTS)[number];

interface Client {
  address: string;
  response: Response;
  wanted: ReadonlySet<StreamEvent>;
  /** Events that were skipped while it was behind. */
  missed: Set<StreamEvent>;
  stalledMs: number | null;
}

/**
 * One event stream for every viewer (`text/event-stream`), all kinds of events on it. The newest of each kind is kept
 * and sent to who joins or has caught up, so nobody needs what was missed; what waits for a slow viewer is bounded.
 */
export class StreamHub {
  private readonly clients = new Set<Client>();
  private readonly latest = new Map<StreamEvent, string>();
  private closed = false;
  private nextId = 1;
  skipped = 0;

  constructor(private readonly now: () => number = Date.now) {}

  /** Whether anybody looks: without viewers nothing needs to be computed. */
  wants(event: StreamEvent): boolean {
    for (const { wanted } of this.clients) if (wanted.has(event)) return true;
    return false;
  }

  /**
   * Joins a viewer.
   *
   * @param wanted kinds of events
   * @param stateOf what it gets at once of each; not asked when the viewer is refused
   * @throws HttpError 503 when too many look, in all or from its address, or the console stops
   */
  join(
    request: Request,
    response: Response,
    wanted: ReadonlySet<StreamEvent>,
    stateOf: (event: StreamEvent) => unknown,
  ): void {
    const address = request.socket.remoteAddress ?? '';
    const ofOne = [...this.clients].filter((client) => client.address === address).length;
    if (this.closed || this.clients.size >= MAX_VIEWERS || ofOne >= MAX_VIEWERS_OF_ONE) {
      throw new HttpError(
        503,
        'stream-full',
        `${MAX_VIEWERS} viewers are the most, ${MAX_VIEWERS_OF_ONE} from one address; try again later.`,
      );
    }
    const client: Client = { address, response, wanted, missed: new Set(), stalledMs: null };
    response.status(200).set({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      // A proxy in between must not collect events.
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
    response.write('retry: 1000\n\n');
    this.clients.add(client);
    request.on('close', () => {
      this.clients.delete(client);
    });
    response.on('error', () => {
      this.clients.delete(client);
    });
    for (const event of STREAM_EVENTS) {
      if (wanted.has(event)) response.write(this.encode(event, stateOf(event)));
    }
  }

  /** Sends the newest state of a kind to every viewer that wants it. */
  publish(event: StreamEvent, data: unknown): void {
    const text = this.encode(event, data);
    this.latest.set(event, text);
    for (const client of this.clients) {
      if (client.wanted.has(event)) this.offer(client, event, text);
    }
  }

  private offer(client: Client, event: StreamEvent, text: string): void {
    const nowMs = this.now();
    if (client.response.writableLength > MAX_UNREAD_BYTES) {
      this.skipped += 1;
      client.missed.add(event);
      client.stalledMs ??= nowMs;
      if (nowMs - client.stalledMs > STALLED_MS) this.drop(client);
      return;
    }
    client.stalledMs = null;
    client.missed.delete(event);
    for (const missed of client.missed) {
      const latest = this.latest.get(missed);
      if (latest !== undefined) client.response.write(latest);
    }
    client.missed.clear();
    client.response.write(text);
  }

  private encode(event: StreamEvent, data: unknown): string {
    const id = this.nextId;
    this.nextId += 1;
    return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  }

  private drop(client: Client): void {
    this.clients.delete(client);
    client.response.destroy();
  }

  /** Keeps proxies from closing what is quiet. */
  heartbeat(): void {
    for (const { response } of this.clients) if (response.writableLength === 0) response.write(': alive\n\n');
  }

  /** Ends every stream: the console stops, and must not wait for its viewers. */
  close(): void {
    this.closed = true;
    for (const { response } of this.clients) response.end();
    this.clients.clear();
  }

  /** For /health. */
  status(): Record<string, number> {
    return { viewers: this.clients.size, eventsSkipped: this.skipped };
  }
}
