import type { PlayJourney } from '../generator';
import type { Clock } from '../schedule/clock';
import { traceJourney } from './journey-span';
import type { ShopClient } from './shop-client';

/** How long journeys under way may take when the process stops (ms). */
const FAREWELL_MS = 800;

/** Plays journeys in their traces, and ends decently: what a stop breaks off is nobody's error. */
export class JourneyPlayer {
  private closing = false;
  private readonly underWay = new Set<Promise<unknown>>();

  constructor(
    private readonly shop: ShopClient,
    private readonly clock: Clock,
  ) {}

  /** Plays one journey; null when it was broken off by {@link close}. Never rejects. */
  readonly play: PlayJourney = (plan, cohort, lagMs, patienceMs) => {
    const journey = traceJourney(plan, cohort, lagMs, async () => {
      const outcome = await this.shop.play(plan, patienceMs);
      return this.closing && outcome.result === 'error' ? null : outcome;
    });
    this.underWay.add(journey);
    void journey.finally(() => this.underWay.delete(journey));
    return journey;
  };

  /** Lets what is under way end for a moment, then breaks it off. */
  async close(): Promise<void> {
    this.closing = true;
    let cancel = (): void => undefined;
    const impatience = new Promise<void>((resolve) => {
      cancel = this.clock.after(FAREWELL_MS, resolve);
    });
    await Promise.race([Promise.allSettled(this.underWay), impatience]);
    cancel();
    await this.shop.destroy();
    await Promise.allSettled(this.underWay);
  }
}
