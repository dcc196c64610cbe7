import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import type { Request, Response } from 'express';
import { MAX_VIEWERS, MAX_VIEWERS_OF_ONE, StreamHub, type StreamEvent } from './hub';

/** A viewer that reads only when told: what it has not read counts as unread. */
class Viewer extends EventEmitter {
  received = '';
  writableLength = 0;
  reads = true;
  destroyed = false;
  ended = false;

  status(): this {
    return this;
  }
  set(): this {
    return this;
  }
  flushHeaders(): void {
    // Headers are no event.
  }
  write(chunk: string): boolean {
    this.received += chunk;
    if (!this.reads) this.writableLength += chunk.length;
    return this.reads;
  }
  end(): void {
    this.ended = true;
  }
  destroy(): void {
    this.destroyed = true;
  }
  events(name: string): unknown[] {
    return [...this.received.matchAll(new RegExp(`event: ${name}\\ndata: (.*)\\n`, 'g'))].map(
      ([, data]) => JSON.parse(data ?? '') as unknown,
    );
  }
}

function join(
  hub: StreamHub,
  wanted: StreamEvent[] = ['pulse', 'map'],
  address = '192.0.2.1',
  asked: StreamEvent[] = [],
): { viewer: Viewer; leave: () => void } {
  const viewer = new Viewer();
  const request = Object.assign(new EventEmitter(), { socket: { remoteAddress: address } });
  hub.join(request as unknown as Request, viewer as unknown as Response, new Set(wanted), (event) => {
    asked.push(event);
    return event === 'pulse' ? 0 : 'first';
  });
  return { viewer, leave: () => request.emit('close') };
}

describe('the stream', () => {
  it('sends the whole state to who joins, then what is published, one stream for all kinds', () => {
    const hub = new StreamHub();
    const { viewer } = join(hub);
    hub.publish('pulse', 1);
    hub.publish('map', 'second');
    assert.deepEqual(viewer.events('pulse'), [0, 1]);
    assert.deepEqual(viewer.events('map'), ['first', 'second']);
  });

  it('sends only the kinds asked for', () => {
    const hub = new StreamHub();
    const { viewer } = join(hub, ['map']);
    hub.publish('pulse', 1);
    assert.deepEqual(viewer.events('pulse'), []);
    assert.equal(hub.wants('pulse'), false);
    assert.equal(hub.wants('map'), true);
  });

  it('holds a bounded amount for a viewer that does not read, and the newest when it reads again', () => {
    const hub = new StreamHub(() => 0);
    const { viewer } = join(hub);
    const { viewer: other } = join(hub);
    viewer.reads = false;
    const large = 'x'.repeat(10_000);
    for (let n = 1; n <= 500; n += 1) {
      hub.publish('map', `${String(n)}${large}`);
      hub.publish('pulse', n);
    }
    assert.ok(viewer.writableLength < 300_000, String(viewer.writableLength));
    assert.ok(hub.skipped > 400);
    assert.equal(other.events('pulse').length, 501, 'others miss nothing');
    viewer.reads = true;
    viewer.writableLength = 0;
    hub.publish('pulse', 501);
    assert.equal(viewer.events('pulse').at(-1), 501);
    assert.ok(String(viewer.events('map').at(-1)).startsWith('500'), 'the newest of what was missed');
  });

  it('lets go of a viewer that is stalled for long', () => {
    let nowMs = 0;
    const hub = new StreamHub(() => nowMs);
    const { viewer } = join(hub);
    viewer.writableLength = 1e9;
    hub.publish('pulse', 1);
    nowMs = 21_000;
    hub.publish('pulse', 2);
    assert.equal(viewer.destroyed, true);
    assert.equal(hub.status().viewers, 0);
  });

  it('computes only the states asked for, and none for a viewer whose address has too many streams', () => {
    const hub = new StreamHub();
    const asked: StreamEvent[] = [];
    join(hub, ['map'], '192.0.2.1', asked);
    assert.deepEqual(asked, ['map']);
    for (let n = 1; n < MAX_VIEWERS_OF_ONE; n += 1) join(hub);
    const refused: StreamEvent[] = [];
    assert.throws(() => join(hub, ['map'], '192.0.2.1', refused), { status: 503 });
    assert.deepEqual(refused, []);
    join(hub, ['map'], '192.0.2.2', refused);
    assert.deepEqual(refused, ['map'], 'others are not locked out');
  });

  it('forgets who leaves, bounds how many look, and ends every stream when it closes', () => {
    const hub = new StreamHub();
    const first = join(hub);
    first.leave();
    assert.equal(hub.status().viewers, 0);
    const viewers = Array.from(
      { length: MAX_VIEWERS },
      (_, index) => join(hub, ['map'], `192.0.2.${String(index)}`).viewer,
    );
    assert.throws(() => join(hub), { status: 503 });
    hub.close();
    assert.ok(viewers.every(({ ended }) => ended));
    assert.throws(() => join(hub), { status: 503 });
  });
});
