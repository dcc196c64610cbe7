import { dollars } from './format';
import type { Report, ReportMinute } from './report';

/**
 * The revenue a run lost (USD) by demo minute, as its telemetry tells. It is kept over a restart of the console (which
 * forgets): of a minute that was seen twice the larger amount counts, since amounts only grow.
 */
export class LostRevenue {
  private readonly byMinute = new Map<number, number>();

  /** Takes in what the console said of the run's minutes. */
  add(minutes: ReadonlyMap<number, number>): void {
    for (const [minute, usd] of minutes) {
      this.byMinute.set(minute, Math.max(usd, this.byMinute.get(minute) ?? 0));
    }
  }

  /** What a minute lost; null when no telemetry of it was seen. */
  get(minute: number): number | null {
    return this.byMinute.get(minute) ?? null;
  }

  /** The minutes with what they lost as it is known now: spans may have come after a minute was printed. */
  updated(minutes: readonly ReportMinute[]): ReportMinute[] {
    return minutes.map((minute) => ({
      ...minute,
      demo: { ...minute.demo, lostRevenueUsd: this.get(minute.minute) },
    }));
  }
}

/** What the minutes lost together (USD, to the cent); null when it is known of none. */
export function totalLostRevenueUsd(minutes: readonly ReportMinute[]): number | null {
  const known = minutes.flatMap(({ demo: { lostRevenueUsd } }) =>
    lostRevenueUsd === null ? [] : [lostRevenueUsd],
  );
  return known.length === 0 ? null : Math.round(known.reduce((sum, usd) => sum + usd, 0) * 100) / 100;
}

/** Minutes between those for which a heal that came earlier is told. */
const EVERY_MINUTES = 5;

/**
 * What the outage would have cost, had it been healed at the end of an earlier minute: of every fifth one, and of the
 * one in which the flow alert fired. Null when that is known of none.
 */
export function healedEarlier({
  minutes,
  flowAlertMinute,
}: Pick<Report, 'minutes' | 'flowAlertMinute'>): string | null {
  const last = minutes.at(-1)?.minute ?? 0;
  const told = minutes.filter(
    ({ minute }) => minute < last && (minute % EVERY_MINUTES === 0 || minute === flowAlertMinute),
  );
  const costs = told.flatMap(({ minute }) => {
    const usd = totalLostRevenueUsd(minutes.filter((each) => each.minute <= minute));
    const why = minute === flowAlertMinute ? ' (flow alert)' : '';
    return usd === null ? [] : [`minute ${minute}${why} ${dollars(usd)}`];
  });
  return costs.length === 0 ? null : costs.join(', ');
}
