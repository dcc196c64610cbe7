import { flag } from '../../config/key-documentation';

/** This cause's key of stack config. */
export const storageEmulation = flag({
  default: 'true',
  description:
    'Paces full scans inside PostgreSQL, so that the outage follows the curve on any machine. `false` leaves it to the hardware; the run is then not graded.',
});
