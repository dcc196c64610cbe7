/**
 * What the console sends: the last of each kind of event, and whether more comes. A browser has six connections to one
 * address (HTTP/1.1) and a stream takes one for good, so one tab alone holds the stream and shares it with the others.
 * Where tabs cannot agree on one (`navigator.locks` needs HTTPS or localhost), hidden ones let go of theirs.
 */
/** @import { State } from './types' */

/** Without a pulse for so long (ms) the connection counts as lost; the console sends one a second. */
const LOST_AFTER_MS = 4000;
/** A lost stream is opened anew so often (ms). */
const RETRY_MS = 3000;
const EVENTS = /** @type {const} */ (['history', 'pulse', 'conductor', 'curve', 'traces', 'explain', 'map']);
/** The name of the lock that the leading tab holds, and of the channel on which it shares. */
const SHARED = 'console.stream';

/** @typedef {(typeof EVENTS)[number]} EventName */
/** From a tab that has joined, or from the leading one. @typedef {{ ask: true } | { event: EventName, data: any }} Message */

export class Stream {
  /** @type {State} */
  state = {
    history: null,
    pulse: null,
    conductor: null,
    curve: null,
    traces: null,
    explain: null,
    map: null,
  };
  /** @type {'connecting' | 'live' | 'reconnecting' | 'lost'} */
  connection = 'connecting';
  /** @type {EventSource | null} */
  #source = null;
  /** @type {BroadcastChannel | null} */
  #channel = null;
  #leads = false;
  #lastPulseMs = Date.now();
  #openedMs = 0;

  /** @param {(event: string) => void} onChange called with an event of the stream, or `connection` */
  constructor(onChange) {
    this.onChange = onChange;
    if (navigator.locks) {
      const channel = new BroadcastChannel(SHARED);
      channel.addEventListener('message', ({ data }) => this.#hear(data));
      this.#channel = channel;
      void navigator.locks.request(SHARED, () => this.#lead());
      channel.postMessage({ ask: true });
    } else {
      this.#open();
      document.addEventListener('visibilitychange', () => (document.hidden ? this.#close() : this.#open()));
    }
    setInterval(() => this.watch(), 1000);
  }

  /** This tab holds the stream from now on, until it is closed: then the lock goes to the next. */
  #lead() {
    this.#leads = true;
    this.#open();
    return new Promise(() => undefined);
  }

  #hear(/** @type {Message} */ message) {
    if ('ask' in message) {
      if (this.#leads) for (const event of EVENTS) this.#share(event, this.state[event]);
      return;
    }
    // The leading tab is there: a stream of one's own is one too many.
    if (!this.#leads) this.#close();
    this.#take(message.event, message.data);
  }

  #share(/** @type {EventName} */ event, /** @type {unknown} */ data) {
    if (this.#leads && data !== null) this.#channel?.postMessage({ event, data });
  }

  #open() {
    this.#close();
    this.#lastPulseMs = this.#openedMs = Date.now();
    const source = new EventSource('api/stream');
    this.#source = source;
    for (const event of EVENTS) {
      source.addEventListener(event, ({ data }) => {
        this.#take(event, JSON.parse(data));
        this.#share(event, this.state[event]);
      });
    }
    source.addEventListener('error', () => {
      // The browser tries again by itself, unless the answer was no stream at all.
      if (source.readyState === EventSource.CLOSED) this.#lost();
      else if (this.connection === 'live') this.#become('reconnecting');
    });
  }

  #close() {
    this.#source?.close();
    this.#source = null;
  }

  #take(/** @type {EventName} */ event, /** @type {any} */ data) {
    if (event === 'pulse') {
      this.#lastPulseMs = Date.now();
      this.connection = 'live';
      const history = [...(this.state.history ?? [])];
      if (data.point.at > (history.at(-1)?.at ?? 0)) history.push(data.point);
      this.state.history = history.slice(-data.historySeconds);
    }
    this.state[event] = data;
    this.onChange(event);
  }

  /** Once a second: whether what should come still comes. */
  watch() {
    const isResting = this.#channel === null && document.hidden;
    if (!isResting && Date.now() - this.#lastPulseMs > LOST_AFTER_MS) this.#lost();
  }

  /** Tries again by itself, also beside a leading tab that is gone or hangs. */
  #lost() {
    if (Date.now() - this.#openedMs > RETRY_MS) {
      const since = this.#lastPulseMs;
      this.#open();
      this.#lastPulseMs = since;
    }
    this.#become('lost');
  }

  #become(/** @type {Stream['connection']} */ connection) {
    this.connection = connection;
    this.onChange('connection');
  }
}
