import type { Scenario } from '../../scenario/types';
import { textAt } from '../../machine/json';
import { look, until } from './look';
import type { ShopObserver } from './shop-observer';

/** A service is replaced by another release of it within this time (ms). */
const ROLLED_WITHIN_MS = 30_000;

/**
 * Waits until services run the releases that a scenario wants. One that does not come is not waited for longer: the run
 * then shows what there is.
 *
 * @throws what `wait` throws
 */
export async function releasesInPlace(
  { releases }: Pick<Scenario, 'releases'>,
  observer: Pick<ShopObserver, 'all'>,
  wait: (ms: number) => Promise<void>,
): Promise<void> {
  for (const [service, release] of Object.entries(releases) as [keyof typeof releases, string][]) {
    await until(
      async () => {
        const answers = await observer.all(service, '/health');
        const isOther = answers.some(({ body }) => textAt(body, 'release') !== release);
        return look(answers, isOther ? `${service} is not yet ${release}` : null);
      },
      { patienceMs: ROLLED_WITHIN_MS, wait },
    );
  }
}
