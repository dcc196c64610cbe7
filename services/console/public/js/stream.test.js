import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import '../../../../test/mocks/page.mjs';
import { failingState } from '../../../../test/mocks/console-state.mjs';
const { Stream } = await import('./stream.js');

/** A stream of the console that a test speaks for. */
class FakeSource extends EventTarget {
  static CLOSED = 2;
  /** @type {FakeSource[]} */
  static open = [];
  readyState = 1;
  constructor() {
    super();
    FakeSource.open.push(this);
  }
  close() {
    FakeSource.open = FakeSource.open.filter((each) => each !== this);
  }
  /** @param {string} event @param {unknown} data */
  send(event, data) {
    this.dispatchEvent(new MessageEvent(event, { data: JSON.stringify(data) }));
  }
}

/** Channels of one browser: what one posts all others hear at once. */
class FakeChannel extends EventTarget {
  /** @type {Set<FakeChannel>} */
  static all = new Set();
  constructor() {
    super();
    FakeChannel.all.add(this);
  }
  /** @param {unknown} data */
  postMessage(data) {
    for (const each of FakeChannel.all)
      if (each !== this) each.dispatchEvent(new MessageEvent('message', { data: structuredClone(data) }));
  }
}

const second = { apis: /** @type {('setInterval' | 'Date')[]} */ (['setInterval', 'Date']) };

describe('the stream of a browser with many tabs', () => {
  /** @type {(() => void)[]} */
  let waiting = [];
  /** @param {object | undefined} locks */
  const browser = (locks) => {
    for (const [name, value] of Object.entries({ EventSource: FakeSource, BroadcastChannel: FakeChannel }))
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    Object.defineProperty(globalThis, 'navigator', { value: { locks }, configurable: true });
  };
  beforeEach((test) => {
    if ('mock' in test) test.mock.timers.enable(second);
    FakeSource.open = [];
    FakeChannel.all = new Set();
    waiting = [];
    // The first holds it for good, the others wait for their turn.
    browser({
      request: (/** @type {string} */ _name, /** @type {() => void} */ granted) => {
        waiting.push(granted);
        if (waiting.length === 1) granted();
        return new Promise(() => undefined);
      },
    });
  });
  afterEach((test) => {
    if ('mock' in test) test.mock.timers.reset();
  });

  const pulse = () => failingState().pulse;

  it('is held by one tab and shared with the others, also with one that joins later', () => {
    const first = new Stream(() => undefined);
    const tabs = Array.from({ length: 7 }, () => new Stream(() => undefined));
    assert.equal(FakeSource.open.length, 1, 'six are all that a browser has');
    FakeSource.open[0]?.send('pulse', pulse());
    FakeSource.open[0]?.send('map', { nodes: [] });
    for (const tab of [first, ...tabs]) {
      assert.equal(tab.connection, 'live');
      assert.deepEqual(tab.state.map, { nodes: [] });
    }
    const late = new Stream(() => undefined);
    assert.deepEqual(late.state.map, { nodes: [] }, 'the leading tab tells it what it knows');
    assert.equal(late.connection, 'live');
    assert.equal(FakeSource.open.length, 1);
  });

  it('goes to the next tab when the leading one is closed', () => {
    const first = new Stream(() => undefined);
    const next = new Stream(() => undefined);
    // What a browser does with a closed tab: its stream ends, its lock goes on.
    FakeSource.open[0]?.close();
    waiting[1]?.();
    assert.equal(FakeSource.open.length, 1);
    FakeSource.open[0]?.send('pulse', pulse());
    assert.equal(next.connection, 'live');
    assert.ok(first);
  });

  it('is opened by a tab itself while the leading one hangs, and left again when that one is back', (test) => {
    new Stream(() => undefined);
    const [leading] = FakeSource.open;
    const other = new Stream(() => undefined);
    leading?.send('pulse', pulse());
    leading?.close();
    test.mock.timers.tick(4000);
    other.watch();
    test.mock.timers.tick(1000);
    other.watch();
    assert.equal(other.connection, 'lost');
    FakeSource.open.at(-1)?.send('pulse', pulse());
    assert.equal(other.connection, 'live');
    const open = FakeSource.open.length;
    [...FakeChannel.all][0]?.postMessage({ event: 'pulse', data: pulse() });
    assert.equal(FakeSource.open.length, open - 1);
  });

  it('is let go by hidden tabs where tabs cannot agree on one', () => {
    browser(undefined);
    let hidden = false;
    Object.defineProperty(document, 'hidden', { get: () => hidden, configurable: true });
    new Stream(() => undefined);
    assert.equal(FakeSource.open.length, 1);
    hidden = true;
    document.dispatchEvent(new Event('visibilitychange'));
    assert.equal(FakeSource.open.length, 0);
    hidden = false;
    document.dispatchEvent(new Event('visibilitychange'));
    assert.equal(FakeSource.open.length, 1);
  });

  it('keeps as many seconds of history as the console says', () => {
    const stream = new Stream(() => undefined);
    for (let at = 1; at <= 5; at += 1) {
      const now = pulse();
      assert.ok(now);
      FakeSource.open[0]?.send('pulse', { ...now, historySeconds: 3, point: { ...now.point, at } });
    }
    assert.deepEqual(
      stream.state.history?.map(({ at }) => at),
      [3, 4, 5],
    );
  });
});
