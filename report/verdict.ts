import { ablationOf } from '../scenario/causes/all';
import type { AblationPromise } from '../scenario/causes/cause';
import { deviationsOf } from './deviations';
import { flowAlertGrade } from './flow-alert-grade';
import { capital, percent } from './format';
import {
  BASELINE_ERROR_RATE,
  bandOf,
  bandText,
  CATALOG_P95_MS,
  ended,
  exceeds,
  JOURNEY_P95_MS,
  LEAST_REQUESTS,
  totalOf,
} from './limits';
import { overloadOf } from './overload';
import { sleptMinutes, sleptText } from './slept';
import type { Report, ReportMinute, RunFacts, Verdict } from './report';

/** So many minutes are the end of a run. */
const LAST_MINUTES = 5;

/** A verdict in a few words. A run that was not held against its curve is never called as promised. */
export type Grade = 'as promised' | 'not as promised' | 'not graded';

/** What a verdict comes to. */
export function gradeOf({ ok, graded }: Verdict): Grade {
  if (!ok) return 'not as promised';
  return graded ? 'as promised' : 'not graded';
}

/**
 * Judges a run: its report. Minutes through which the machine slept are not graded.
 *
 * @param interruptedBy what ended it before its time; null when nothing did
 */
export function judge(facts: RunFacts, interruptedBy: string | null = null): Report {
  const slept = sleptMinutes(facts);
  const minutes = facts.minutes.map((minute) =>
    slept.has(minute.minute) ? { ...minute, demo: { ...minute.demo, graded: false } } : minute,
  );
  const awake = { ...facts, minutes };
  return { ...awake, verdict: verdictOf(awake, interruptedBy), deviations: deviationsOf(awake) };
}

/**
 * Grades a run.
 *
 * The curve: every graded minute that was run lies within the band around its target.
 *
 * The flow alert: it fires when it was predicted to.
 *
 * Baseline: over the whole run at most 2 % of its journeys failed, and in no minute more than 2 %, where a single
 * failed journey is let pass (at a quarter of the load and 6 s minutes, a minute has two or three journeys). The p95
 * are those of the worst 60-second window.
 *
 * An ablated run is held against what the ablation promises instead of against the curve.
 */
export function verdictOf(facts: RunFacts, interruptedBy: string | null = null): Verdict {
  const failures: string[] = [];
  const slept = sleptText(facts);
  const notes = slept === null ? [] : [`${capital(slept)}: what was seen of it is not graded.`];
  const ablation = ablationOf(facts.ablation);
  let graded = true;
  if (interruptedBy !== null) {
    const last = facts.minutes.at(-1);
    const where = last === undefined ? 'before the first minute was over' : `after minute ${last.minute}`;
    failures.push(`interrupted ${where}: ${interruptedBy}`);
    graded = false;
  } else if (ablation === null) {
    graded = withCurve(facts, failures, notes);
  } else if (ablation.promise.where === 'each minute') {
    failures.push(...inEachMinute(minutesAwake(facts), ablation.promise));
  } else if (ablation.promise.where === 'end') {
    graded = atTheEnd(minutesAwake(facts), ablation.promise, failures, notes);
  } else {
    graded = atThePeak(minutesAwake(facts), ablation.promise, failures, notes);
  }
  failures.push(...baselineFailures(facts));
  failures.push(...(facts.healed?.failures ?? []).map((failure) => `not healed: ${failure}`));
  const { baseline } = facts;
  if (slept !== null) {
    notes.push("Baseline's p95 was not judged: requests waited while the machine slept.");
  } else if (baseline === null) {
    notes.push("Baseline's p95 was not judged: it was not measured.");
  } else if (facts.minutes.length > 0 && (baseline.catalogP95Ms === null || baseline.journeyP95Ms === null)) {
    notes.push(
      "Baseline's p95 was not judged: the run was shorter than a minute, or had too few baseline requests for it " +
        `(${LEAST_REQUESTS}).`,
    );
  }
  const overload = overloadOf(facts);
  if (overload !== null) notes.push(`${capital(overload)}.`);
  return { ok: failures.length === 0, graded, failures, notes };
}

/** The minutes of which what was seen says something of the shop. */
function minutesAwake(facts: RunFacts): ReportMinute[] {
  const slept = sleptMinutes(facts);
  return facts.minutes.filter(({ minute }) => !slept.has(minute));
}

function withCurve(facts: RunFacts, failures: string[], notes: string[]): boolean {
  const { minutes, minuteSeconds } = facts;
  const points = minutes.filter(({ demo }) => demo.graded);
  if (points.length === 0) {
    notes.push(`NOT GRADED: ${notGradedBecause(facts)}.`);
    return false;
  }
  const band = bandOf(minuteSeconds);
  for (const { minute, demo } of points) {
    const difference = demo.errorRate - demo.target.errorRate;
    if (ended(demo) === 0) {
      failures.push(`minute ${minute}: no demo checkout was seen`);
    } else if (Math.abs(difference) > band) {
      failures.push(
        `minute ${minute}: ${percent(demo.errorRate)} demo errors, target ${percent(demo.target.errorRate)} ` +
          bandText(minuteSeconds),
      );
    }
  }
  const alert = flowAlertGrade(facts);
  if (alert.kind === 'failed') failures.push(alert.why);
  if (alert.kind === 'not graded') notes.push(`The flow alert was not graded: ${alert.why}.`);
  return true;
}

function notGradedBecause(facts: RunFacts): string {
  const { storageEmulation, minutes, minuteSeconds } = facts;
  if (!storageEmulation) return 'without storage emulation the hardware decides the curve';
  if (minutes.length === 0) return 'no minute was run';
  const slept = sleptText(facts);
  if (slept !== null) return slept;
  return (
    `no graded minute in ${rangeOf(minutes)} (graded are minutes that the curve names; ` +
    `a minute has ${minuteSeconds} s; pool and indexes must be the preset's)`
  );
}

/** The minutes that were run. */
function rangeOf(minutes: readonly ReportMinute[]): string {
  return `minutes ${minutes[0]?.minute ?? 0} to ${minutes.at(-1)?.minute ?? 0}`;
}

function inEachMinute(minutes: readonly ReportMinute[], { errorRate, since }: AblationPromise): string[] {
  return minutes.flatMap(({ minute, demo }) =>
    exceeds(demo, errorRate)
      ? [
          `minute ${minute}: ${percent(demo.errorRate)} demo errors although ${since} (at most ${errorRate * 100} %)`,
        ]
      : [],
  );
}

/** The end: the last minutes, if by then it is predicted to have recovered. */
function atTheEnd(
  minutes: readonly ReportMinute[],
  promise: AblationPromise,
  failures: string[],
  notes: string[],
): boolean {
  const last = minutes.filter(({ demo }) => ended(demo) > 0).slice(-LAST_MINUTES);
  if (last.length === 0 || last.some(({ demo }) => demo.predicted.errorRate > promise.errorRate)) {
    notes.push(`NOT GRADED: by the end of ${rangeOf(minutes)} it is not predicted to have recovered.`);
    return false;
  }
  failures.push(...inEachMinute(last, promise));
  return true;
}

/** The peak: the minutes of the highest target. */
function atThePeak(
  minutes: readonly ReportMinute[],
  { errorRate, since, p95AboveMs }: AblationPromise,
  failures: string[],
  notes: string[],
): boolean {
  const highest = Math.max(0, ...minutes.map(({ demo }) => demo.target.errorRate));
  const peak = minutes.filter(
    ({ demo }) => highest > 0 && demo.target.errorRate === highest && ended(demo) > 0,
  );
  if (peak.length === 0) {
    notes.push(`NOT GRADED: no minute of the peak in ${rangeOf(minutes)}.`);
    return false;
  }
  const { errors, requests } = totalOf(peak.map(({ demo }) => demo));
  if (errors / requests >= errorRate) {
    failures.push(
      `${percent(errors / requests)} demo errors at the peak although ${since} (less than ${errorRate * 100} %)`,
    );
  }
  for (const { minute, demo } of peak) {
    const p95Ms = demo.p95Ms ?? 0;
    // Where a cache answers most, the scans are too few to show in it.
    const isSlow = p95AboveMs !== null && (demo.predicted.p95Ms ?? Infinity) > p95AboveMs;
    if (isSlow && p95Ms <= p95AboveMs) {
      failures.push(
        `minute ${minute}: the demo's p95 is ${Math.round(p95Ms)} ms, above ${p95AboveMs} ms was expected`,
      );
    }
  }
  return true;
}

function baselineFailures(facts: RunFacts): string[] {
  const minutes = minutesAwake(facts);
  const baseline = sleptText(facts) === null ? facts.baseline : null;
  const failures: string[] = [];
  const { errors, requests } = totalOf(minutes.map((minute) => minute.baseline));
  const most = `at most ${BASELINE_ERROR_RATE * 100} %`;
  if (minutes.length > 0 && requests === 0) failures.push('baseline: no journey was seen');
  if (requests > 0 && errors / requests > BASELINE_ERROR_RATE) {
    failures.push(`baseline: ${errors} of ${requests} journeys failed (${most})`);
  }
  for (const { minute, baseline: cohort } of minutes) {
    if (exceeds(cohort, BASELINE_ERROR_RATE)) {
      failures.push(
        `minute ${minute}: ${cohort.errors} of ${ended(cohort)} baseline journeys failed (${most})`,
      );
    }
  }
  const { catalogP95Ms = null, journeyP95Ms = null } = baseline ?? {};
  if (catalogP95Ms !== null && catalogP95Ms > CATALOG_P95_MS) {
    failures.push(
      `baseline: p95 ${Math.round(catalogP95Ms)} ms at the catalog (at most ${CATALOG_P95_MS} ms)`,
    );
  }
  if (journeyP95Ms !== null && journeyP95Ms > JOURNEY_P95_MS) {
    failures.push(
      `baseline: p95 ${Math.round(journeyP95Ms)} ms for the whole journey (at most ${JOURNEY_P95_MS} ms)`,
    );
  }
  return failures;
}
