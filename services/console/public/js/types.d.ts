import type uPlot from 'uplot';
import type { StreamStates } from '../../stream/broadcast';

/** What came last of each kind of event. */
export type State = { [Event in keyof StreamStates]: StreamStates[Event] | null };

/** A part of the page that shows something of the state. */
export interface View {
  element: HTMLElement;
  title: string;
  /** @param event what has changed: an event of the stream, `connection`, `shown` or `resize` */
  update(state: State, event: string): void;
  hide?(): void;
  navigate?(hash: string): void;
}

/** What a view may do beyond itself. */
export interface Tools {
  /** Sends the big screen to a view. */
  showOnScreen(name: string): void;
}

declare global {
  interface Window {
    uPlot: typeof uPlot;
  }
}
