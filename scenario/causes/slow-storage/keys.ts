import { z } from 'zod';
import { boolean, key } from '../../config/key-documentation';

/** This cause's key of stack config. */
export const STORAGE_KEYS = {
  storageEmulation: key(z.preprocess(boolean, z.boolean()), {
    type: 'boolean',
    allowed: '`true` or `false`',
    default: 'true',
    description:
      'Paces full scans inside PostgreSQL, so that the outage follows the curve on any machine. `false` leaves it to the hardware; the run is then not graded.',
  }),
};
