import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConsoleView } from '../api/view';
import { Broadcast } from './broadcast';
import { STREAM_EVENTS, type StreamEvent, type StreamHub } from './hub';

/** A view that notes which parts were computed, and the broadcast of it to viewers of some kinds of events. */
function broadcastTo(wanted: readonly StreamEvent[]) {
  const computed: StreamEvent[] = [];
  const published: StreamEvent[] = [];
  const part = (event: StreamEvent) => [event, () => computed.push(event)] as const;
  const view = Object.fromEntries(STREAM_EVENTS.map(part)) as unknown as ConsoleView;
  const hub = {
    wants: (event: StreamEvent) => wanted.includes(event),
    publish: (event: StreamEvent) => published.push(event),
    heartbeat: () => undefined,
  } as unknown as StreamHub;
  return { broadcast: new Broadcast(view, hub), computed, published };
}

describe('the broadcast', () => {
  it('computes one view for who asks for one', () => {
    const { broadcast, computed } = broadcastTo([]);
    broadcast.stateOf('map');
    assert.deepEqual(computed, ['map']);
  });

  it('computes each second what is due and wanted, nothing else', () => {
    const { broadcast, computed, published } = broadcastTo(['pulse', 'map']);
    broadcast.tick();
    assert.deepEqual(computed, ['pulse']);
    broadcast.tick();
    broadcast.tick();
    assert.deepEqual(published, ['pulse', 'pulse', 'pulse', 'map']);
    const { broadcast: unseen, computed: nothing } = broadcastTo([]);
    for (let second = 0; second < 6; second += 1) unseen.tick();
    assert.deepEqual(nothing, []);
  });
});
