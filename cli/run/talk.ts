import { presetOf } from '../../scenario/presets/all';
import { phaseAt } from '../../scenario/timeline';
import type { Scenario } from '../../scenario/types';
import type { Output } from '../../machine/terminal';

/** Real seconds in which all is well, before the outage begins. */
export const TALK_NORMAL_SECONDS = 90;
/** The peak is held at most this long (s), then it is healed. */
export const TALK_HOLD_SECONDS = 600;

/** Announces the acts of a run as they begin. */
export class ActAnnouncer {
  private phase: string | null = null;

  constructor(
    private readonly scenario: Pick<Scenario, 'mode' | 'phases'>,
    private readonly output: Output,
  ) {}

  /** @param minute the run's clock; below 0 nothing has begun */
  at(minute: number): void {
    if (minute < 0) return;
    const phase = phaseAt(this.scenario, minute);
    if (phase === null || phase.name === this.phase) return;
    this.phase = phase.name;
    announce(phase.title, presetOf(this.scenario.mode).toShow[phase.name] ?? '', this.output);
  }
}

/** An act's title, and what to show in it. */
export function announce(title: string, toShow: string, output: Output): void {
  output.line(`\n=== ${title} ===${toShow === '' ? '' : `\n    ${toShow}`}\n`);
}
