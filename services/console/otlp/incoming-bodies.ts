import { RefusedBody } from './refused-body';

/** A body that has begun to arrive. */
export interface IncomingBody {
  peer: string;
  /** Bytes of it that are here. */
  bytes: number;
  /** Ends it before it is whole. */
  letGo: (reason: RefusedBody) => void;
}

/** Locally all services send from one address: ten exporters of three signals. */
const LIMITS = {
  /** Unfinished bodies of one address, and of all. */
  ofPeer: 64,
  ofAll: 256,
  /** Bytes of unfinished bodies. */
  bytes: 24 * 1024 * 1024,
};

/**
 * Bodies that are not whole yet. Beyond a bound the oldest gives way, never the newcomer: an exporter's body is whole
 * within milliseconds, one that trickles is always the oldest, so however many trickle, they keep nobody out.
 */
export class IncomingBodies {
  /** Oldest first. */
  private readonly open = new Set<IncomingBody>();
  private bytes = 0;

  constructor(private readonly limits = LIMITS) {}

  begin(peer: string, letGo: IncomingBody['letGo']): IncomingBody {
    const ofPeer = [...this.open].filter((body) => body.peer === peer);
    if (ofPeer.length >= this.limits.ofPeer) this.letGo(ofPeer[0]);
    if (this.open.size >= this.limits.ofAll) this.letGo(this.oldest());
    const body: IncomingBody = { peer, bytes: 0, letGo };
    this.open.add(body);
    return body;
  }

  /** So many bytes more are here. May let the body itself go. */
  grow(body: IncomingBody, bytes: number): void {
    if (!this.open.has(body)) return;
    body.bytes += bytes;
    this.bytes += bytes;
    while (this.bytes > this.limits.bytes) this.letGo(this.oldest());
  }

  /** It is whole, or has broken off. */
  end(body: IncomingBody): void {
    if (this.open.delete(body)) this.bytes -= body.bytes;
  }

  private oldest(): IncomingBody | undefined {
    return this.open.values().next().value;
  }

  private letGo(body: IncomingBody | undefined): void {
    if (body === undefined) return;
    this.end(body);
    body.letGo(new RefusedBody(503, 'too many unfinished bodies: this is the oldest', { hangUp: true }));
  }
}
