import { z } from 'zod';
import { LIMITS, type Range } from '../../../scenario/config/limits';
import { ABLATIONS, DEFAULT_OUTAGE, OUTAGES } from '../../../scenario/types';

/** The index has to be gone by minute 0: a run begins no sooner (real seconds). */
const SOONEST_START_SECONDS = 3;

const between = (number: z.ZodNumber, { from, to }: Range) =>
  number.min(from, `must be at least ${from}`).max(to, `must be at most ${to}`);

const demoMinute = between(z.number('must be a demo minute'), {
  from: 0,
  to: LIMITS.durationMinutes.to,
});

/** Body of `POST /admin/override/start`; everything may be left out. */
export const startBody = z.strictObject({
  mode: z.enum(OUTAGES, { error: `must be one of ${OUTAGES.join(', ')}` }).default(DEFAULT_OUTAGE),
  minuteSeconds: between(z.number('must be a number of seconds'), LIMITS.minuteSeconds).optional(),
  durationMinutes: between(z.int('must be a whole number of minutes'), LIMITS.durationMinutes).optional(),
  /** Real seconds until minute 0. */
  startInSeconds: between(z.number('must be a number of seconds'), {
    from: SOONEST_START_SECONDS,
    to: LIMITS.startDelaySeconds.to,
  }).default(5),
  /** Hold the clock at this minute, until somebody resumes or heals. */
  holdAtMinute: demoMinute.optional(),
});
export type StartRequest = z.infer<typeof startBody>;

/** Body of `POST /admin/override/goto`. */
export const gotoBody = z.strictObject({ minute: demoMinute });

const ABLATE = [...ABLATIONS, 'none'] as const;

/** Body of `POST /admin/override/ablate`: what to put right; `none` puts every cause back. */
export const ablateBody = z.strictObject({
  what: z.enum(ABLATE, { error: `must be one of ${ABLATE.join(', ')}` }),
});

/** Body of actions without arguments. */
export const emptyBody = z.strictObject({}).default({});
