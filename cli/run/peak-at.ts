/** A local time of day. */
export interface ClockTime {
  hour: number;
  minute: number;
}

/** Reads `14:20`; null for anything else. */
export function parseClockTime(text: string): ClockTime | null {
  const found = /^(\d{1,2}):(\d{2})$/.exec(text.trim());
  if (found === null) return null;
  const [hour, minute] = [Number(found[1]), Number(found[2])];
  return hour <= 23 && minute <= 59 ? { hour, minute } : null;
}

/** A run that is to have its peak at a time. */
export type PeakPlan =
  /** Unix seconds of minute 0. */
  { startTimestamp: number } | { tooNear: string };

/**
 * When minute 0 has to be for the peak to be at a time of day.
 *
 * @param now this moment; the time of day is today's
 * @param run when the peak is, and from which minute the run goes
 * @param leadSeconds what has to happen before the first minute: the checks, and making the outage
 */
export function startForPeak(
  time: ClockTime,
  now: Date,
  run: { peakMinute: number; fromMinute: number; minuteSeconds: number },
  leadSeconds: number,
): PeakPlan {
  const peak = new Date(now);
  peak.setHours(time.hour, time.minute, 0, 0);
  const startTimestamp = peak.getTime() / 1000 - run.peakMinute * run.minuteSeconds;
  const begins = startTimestamp + run.fromMinute * run.minuteSeconds - leadSeconds;
  const seconds = now.getTime() / 1000;
  if (begins >= seconds) return { startTimestamp };
  const earliest = new Date((seconds + leadSeconds + untilPeak(run)) * 1000);
  // A time of day has whole minutes.
  if (earliest.getSeconds() + earliest.getMilliseconds() > 0)
    earliest.setMinutes(earliest.getMinutes() + 1, 0, 0);
  const why =
    peak <= now
      ? `it is ${clock(now)} already`
      : `minute ${run.peakMinute} comes ${Math.ceil(untilPeak(run))} s after the first one, and the checks before it take ` +
        `${Math.ceil(leadSeconds)} s`;
  return { tooNear: `the peak cannot be at ${clock(peak)}: ${why}. The earliest is ${clock(earliest)}.` };
}

function untilPeak(run: { peakMinute: number; fromMinute: number; minuteSeconds: number }): number {
  return (run.peakMinute - run.fromMinute) * run.minuteSeconds;
}

function clock(date: Date): string {
  return date.toLocaleTimeString('sv-SE').slice(0, 5);
}
