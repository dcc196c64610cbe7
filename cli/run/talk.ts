import { phaseAt } from '../../scenario/timeline';
import type { Scenario } from '../../scenario/types';
import type { Output } from '../../machine/terminal';

/** Real seconds in which all is well, before the outage begins. */
export const TALK_NORMAL_SECONDS = 90;
/** The peak is held at most this long (s), then it is healed. */
export const TALK_HOLD_SECONDS = 600;

/** What there is to show in an act, by the phase's name. */
const TO_SHOW: Readonly<Record<string, string>> = {
  calm: 'Both cohorts are green. Show the service map: ten services, two stores.',
  black_friday_begins:
    'Checkouts slow down, the first ones fail; baseline stays green. Compare traffic.type = demo and baseline.',
  catastrophe:
    'More than half of the checkouts fail. Open a failing trace: it waits for the pool. The flow alert fires in this act.',
  investigation:
    'Follow the link from the wait to the scan that held the pool: no index, the whole table is read.',
  ramp: 'Traffic grows, nothing fails.',
  peak: 'Full traffic, all is well.',
  degradation: 'Queries take seconds. Nothing fails yet: show db.slow_query.',
  critical: 'The pool runs out: show db.connection.pool.exhausted. The flow alert fires in this act.',
  peak_failure: 'A third of the checkouts fail. Open a failing trace: it waits for the pool.',
};

/** Announces the acts of a run as they begin. */
export class ActAnnouncer {
  private phase: string | null = null;

  constructor(
    private readonly scenario: Pick<Scenario, 'phases'>,
    private readonly output: Output,
  ) {}

  /** @param minute the run's clock; below 0 nothing has begun */
  at(minute: number): void {
    if (minute < 0) return;
    const phase = phaseAt(this.scenario, minute);
    if (phase === null || phase.name === this.phase) return;
    this.phase = phase.name;
    announce(phase.title, TO_SHOW[phase.name] ?? '', this.output);
  }
}

/** An act's title, and what to show in it. */
export function announce(title: string, toShow: string, output: Output): void {
  output.line(`\n=== ${title} ===${toShow === '' ? '' : `\n    ${toShow}`}\n`);
}
