/** How figures are written. */

const one = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });
const fixedOne = new Intl.NumberFormat('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const usd = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', maximumFractionDigits: 0 });

export const NONE = '–';

/** A figure that may be missing. @typedef {number | null | undefined} Figure */
/** @param {Figure} value @returns {value is null | undefined} */
const missing = (value) => value === null || value === undefined || Number.isNaN(value);

/** A share as percent: `78 %`, `0.4 %`. @param {Figure} rate */
export function percent(rate) {
  if (missing(rate)) return NONE;
  const value = rate * 100;
  return `${value > 0 && value < 10 ? fixedOne.format(value) : whole.format(value)} %`;
}

/** One decimal always. @param {Figure} rate */
export const percentExact = (rate) => (missing(rate) ? NONE : `${fixedOne.format(rate * 100)} %`);

/** @param {Figure} value */
export const figure = (value) => (missing(value) ? NONE : whole.format(value));
/** @param {Figure} value */
export const decimal = (value) => (missing(value) ? NONE : one.format(value));
/** @param {Figure} value */
export const dollars = (value) => (missing(value) ? NONE : usd.format(value));

/** Milliseconds: `3.6 ms`, `182 ms`, `2.08 s`. @param {Figure} ms */
export function duration(ms) {
  if (missing(ms)) return NONE;
  if (ms >= 9950) return `${fixedOne.format(ms / 1000)} s`;
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return `${ms < 9.95 ? fixedOne.format(ms) : whole.format(ms)} ms`;
}

/** A figure's number and its unit apart, to be written in different sizes. @param {string} written */
export function parts(written) {
  const [value, unit = ''] = written.split(' ');
  return { value, unit };
}

/** Seconds as `1:05`. @param {number} seconds */
export function clock(seconds) {
  const rounded = Math.max(0, Math.round(seconds));
  return `${Math.floor(rounded / 60)}:${String(rounded % 60).padStart(2, '0')}`;
}

/** ISO time, or Unix ms, as local hours, minutes, seconds. @param {string | number} iso */
export function timeOfDay(iso) {
  return new Date(iso).toLocaleTimeString('en-GB');
}

/** `black_friday_begins` → `Black friday begins`. @param {string} name */
export function sentence(name) {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Where the clock stands, in a few words. @param {import('../../api/pulse').ScenarioPulse | null} [scenario] */
export function clockWords(scenario) {
  if (!scenario) return 'no scenario yet';
  switch (scenario.state) {
    case 'before_start':
      return `starts in ${scenario.startsInSeconds ?? 0} s`;
    case 'running':
      return `minute ${Math.floor(scenario.minute ?? 0)}${scenario.paused ? ', held' : ''}`;
    case 'over':
      return 'run over';
    default:
      return 'normal';
  }
}
