import type { ConsoleView } from '../api/view';
import type { StreamEvent, StreamHub } from './hub';

/** What is published every how many seconds; some only when it has changed. */
const EVERY_SECONDS: readonly [event: StreamEvent, seconds: number, onlyChanged: boolean][] = [
  ['pulse', 1, false],
  ['conductor', 1, true],
  ['curve', 2, false],
  ['traces', 2, true],
  ['explain', 2, false],
  ['map', 3, false],
];
const HEARTBEAT_SECONDS = 5;

/** What is on the stream, by kind of event: the page's state. */
export type StreamStates = { [E in StreamEvent]: ReturnType<ConsoleView[E]> };

/** Publishes the console's view to the stream's viewers, once a second what is due. */
export class Broadcast {
  private seconds = 0;
  private readonly last = new Map<StreamEvent, string>();

  constructor(
    private readonly view: Pick<ConsoleView, StreamEvent>,
    private readonly hub: StreamHub,
  ) {}

  /** Once a second. */
  tick(): void {
    this.seconds += 1;
    for (const [event, every, onlyChanged] of EVERY_SECONDS) {
      if (this.seconds % every !== 0 || !this.hub.wants(event)) continue;
      const data = this.stateOf(event);
      if (onlyChanged) {
        const text = JSON.stringify(data);
        if (this.last.get(event) === text) continue;
        this.last.set(event, text);
      }
      this.hub.publish(event, data);
    }
    if (this.seconds % HEARTBEAT_SECONDS === 0) this.hub.heartbeat();
  }

  /** The state of one kind of event now. */
  stateOf<E extends StreamEvent>(event: E): StreamStates[E] {
    return this.view[event]() as StreamStates[E];
  }
}
