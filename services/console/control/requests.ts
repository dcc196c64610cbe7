import { z } from 'zod';
import { ABLATIONS, DEMO_MODES } from '../../../scenario/types';

const OUTAGES = DEMO_MODES.filter((mode) => mode !== 'normal');

/** Body of `POST /admin/override/start`; everything may be left out. */
export const startBody = z.strictObject({
  mode: z.enum(OUTAGES, { error: `must be one of ${OUTAGES.join(', ')}` }).default('blackfriday'),
  minuteSeconds: z
    .number('must be a number of seconds')
    .min(1, 'must be at least 1 second')
    .max(3600, 'must be at most 3600 seconds')
    .optional(),
  durationMinutes: z
    .int('must be a whole number of minutes')
    .min(1, 'must be at least 1')
    .max(1440, 'must be at most 1440')
    .optional(),
  /** Real seconds until minute 0. */
  startInSeconds: z
    .number('must be a number of seconds')
    .min(3, 'must be at least 3: the index has to be gone by then')
    .max(3600, 'must be at most 3600')
    .default(5),
  /** Hold the clock at this minute, until somebody resumes or heals. */
  holdAtMinute: z
    .number('must be a demo minute')
    .min(0, 'must be at least 0')
    .max(1440, 'must be at most 1440')
    .optional(),
});
export type StartRequest = z.infer<typeof startBody>;

/** Body of `POST /admin/override/goto`. */
export const gotoBody = z.strictObject({
  minute: z.number('must be a demo minute').min(0, 'must be at least 0').max(1440, 'must be at most 1440'),
});

const ABLATE = [...ABLATIONS, 'none'] as const;

/** Body of `POST /admin/override/ablate`: what to put right; `none` puts both causes back. */
export const ablateBody = z.strictObject({
  what: z.enum(ABLATE, { error: `must be one of ${ABLATE.join(', ')}` }),
});

/** Body of actions without arguments. */
export const emptyBody = z.strictObject({}).default({});
