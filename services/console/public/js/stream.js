/** The one event stream: what came last of each kind, and whether it still comes. */

/** Without a pulse for so long (ms) the connection counts as lost; the console sends one a second. */
const LOST_AFTER_MS = 4000;
const RETRY_MS = 1000;
const HISTORY_SECONDS = 600;
const EVENTS = ['history', 'pulse', 'conductor', 'curve', 'traces', 'explain', 'map'];

export class Stream {
  constructor(onChange) {
    this.onChange = onChange;
    this.state = {
      history: [],
      pulse: null,
      conductor: null,
      curve: null,
      traces: null,
      explain: null,
      map: null,
    };
    this.connection = 'connecting';
    this.lastPulseMs = Date.now();
    this.source = null;
    this.open();
    setInterval(() => this.watch(), 1000);
  }

  open() {
    this.source?.close();
    const source = new EventSource('api/stream');
    this.source = source;
    for (const event of EVENTS) {
      source.addEventListener(event, (message) => this.take(event, JSON.parse(message.data)));
    }
    source.addEventListener('error', () => {
      // The browser tries again by itself, unless the answer was no stream at all.
      if (source.readyState === 2) {
        this.lost();
      } else if (this.connection === 'live') {
        this.connection = 'reconnecting';
        this.onChange('connection');
      }
    });
  }

  take(event, data) {
    if (event === 'pulse') {
      this.lastPulseMs = Date.now();
      this.connection = 'live';
      const last = this.state.history.at(-1);
      if (!last || data.point.at > last.at) this.state.history.push(data.point);
      if (this.state.history.length > HISTORY_SECONDS) this.state.history.shift();
    }
    this.state[event] = data;
    this.onChange(event);
  }

  watch() {
    if (Date.now() - this.lastPulseMs > LOST_AFTER_MS) this.lost();
  }

  lost() {
    const wasLive = this.connection !== 'lost';
    this.connection = 'lost';
    if (wasLive || Date.now() - (this.reopenedMs ?? 0) > RETRY_MS * 3) {
      this.reopenedMs = Date.now();
      this.open();
    }
    this.onChange('connection');
  }

  /** Seconds since the last pulse. */
  get age() {
    return Math.round((Date.now() - this.lastPulseMs) / 1000);
  }
}
