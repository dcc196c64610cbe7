import { z } from 'zod';
import { GOOD_CHECKOUT, RELEASES } from '../../../services/catalog';
import { choice, key, numberFrom } from '../../config/key-documentation';

/** This cause's keys of stack config. */
export const releases = {
  checkout: choice(RELEASES.checkout, {
    default: ({ causes }) => causes['bad-release']?.checkout ?? GOOD_CHECKOUT,
    description:
      "Which release of checkout runs; both are in the image, and a change rolls out checkout's pods. In `normal` mode it is 1.0.0, whatever is written here; in an outage with another cause 1.1.0 is refused. A run whose release is not the preset's is not graded.",
  }),
};
export const declinedShare = key(numberFrom(z.number().min(0).max(0.5)), {
  type: 'number',
  allowed: 'a share from 0 to 0.5 (0.01 is 1 %)',
  default: ({ causes }) => {
    const own = causes['bad-release'];
    return own === undefined ? 'not used' : `${own.declinedShare}, more where a run has too few orders`;
  },
  description:
    'Share of the demo orders whose card is declined during a run, evenly spaced. Unset, the payment provider declines one in a hundred by itself. An ablation: such a run is not graded.',
});
