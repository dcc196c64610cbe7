import type { ConfigFault } from './config/config-error';
import { DEFAULTS } from './config/limits';
import { normaliseCurve, rateRange, rescaleRates, scaleRates } from './curve';
import { presetOf } from './presets/all';
import type { Preset } from './presets/preset';
import type { ScenarioConfig } from './config/schema';
import { excludedFrom, fitted } from './causes/all';
import type { CurveFault } from './causes/cause';
import type { CauseSettings } from './causes/document';
import { DEFAULT_OUTAGE, type CurvePoint, type DemoMode } from './types';

/** The outage a config asks for, with its rates and pool scaled. */
export interface OutagePlan {
  preset: Preset;
  scale: number;
  /** The curve in force, normalised, its rates scaled. */
  points: CurvePoint[];
  /** The preset's causes, fitted to the curve and the scale; none in normal mode. */
  settings: CauseSettings;
  /** The preset's own curve at its own rates. */
  asPreset: boolean;
}

/**
 * The scale in force: config's, else the default of the front door, but never below what the mode needs.
 */
export function scaleOf(config: ScenarioConfig, scaleDefault: number): number {
  const preset = presetOf(config.demoMode ?? 'normal');
  return config.traffic?.scale ?? Math.max(preset.minScale, scaleDefault);
}

/** What a config asks for; `faults` says what no pool and no hold time can do. */
export function planOutage(
  config: ScenarioConfig,
  options: { mode?: DemoMode; scaleDefault?: number },
): { plan: OutagePlan | null; faults: ConfigFault[] } {
  const mode = options.mode ?? config.demoMode ?? 'normal';
  const preset = presetOf(mode);
  const scale = scaleOf({ ...config, demoMode: mode }, options.scaleDefault ?? 1);
  const faults: ConfigFault[] = [];
  if (scale < preset.minScale) {
    faults.push({
      key: 'traffic.scale',
      value: scale,
      message: `must be at least ${preset.minScale} in mode ${mode}: ${preset.minScaleReason}`,
    });
  }
  if (preset.curve.length === 0) {
    return { plan: { preset, scale, points: [], settings: {}, asPreset: true }, faults };
  }

  const own = config.curve;
  const curve = own === undefined ? [...preset.curve] : normaliseCurve(own);
  const { demoBaseRpm: baseRpm, demoPeakRpm: peakRpm } = config.traffic ?? {};
  const peak = peakRpm ?? rateRange(curve).peakRpm;
  if (baseRpm !== undefined && baseRpm > peak) {
    faults.push({
      key: 'traffic.demoBaseRpm',
      value: baseRpm,
      message: `must be a number above 0, at most traffic.demoPeakRpm (${peak})`,
    });
  }
  if (faults.length > 0) return { plan: null, faults };

  const points = scaleRates(rescaleRates(curve, { baseRpm, peakRpm }), scale);
  const choice = fitted(preset.causes, points, scale);
  if (choice.faults.length > 0)
    return { plan: null, faults: pointFaults(config, { scale, points }, choice.faults) };
  const asPreset = own === undefined && baseRpm === undefined && peakRpm === undefined;
  return { plan: { preset, scale, points, settings: choice.settings, asPreset }, faults };
}

/** Faults of the points in force, each at the key that a user has for it. */
export function pointFaults(
  config: ScenarioConfig,
  { scale, points }: Pick<OutagePlan, 'scale' | 'points'>,
  faults: readonly CurveFault[],
): ConfigFault[] {
  const atScale = scale === 1 ? '' : ` (rates at traffic.scale ${scale})`;
  const explained = faults.map((fault) => ({ ...fault, message: `${fault.message}${atScale}` }));
  return config.curve === undefined
    ? presetFaults(config, scale, points, explained)
    : curveFaults(config.curve, points, explained);
}

/** Faults of an own curve, each at its point's field. */
function curveFaults(
  own: readonly CurvePoint[],
  points: readonly CurvePoint[],
  faults: readonly CurveFault[],
): ConfigFault[] {
  // A curve that begins later than minute 0 got a point in front.
  const added = points.length - own.length;
  return faults.map(({ index, field, message }) => ({
    key: `curve[${index - added}].${field}`,
    value: own[index - added]?.[field],
    message,
  }));
}

/** Faults of a preset's curve: one, at the key that changed its rates. */
function presetFaults(
  config: ScenarioConfig,
  scale: number,
  points: readonly CurvePoint[],
  faults: readonly CurveFault[],
): ConfigFault[] {
  const [first, ...more] = faults;
  if (first === undefined) return [];
  const minute = String(points[first.index]?.minute);
  const others = more.length === 0 ? '' : ` (and for ${more.length} more points of the curve)`;
  const peakRpm = config.traffic?.demoPeakRpm ?? config.traffic?.demoBaseRpm;
  return [
    {
      key: peakRpm === undefined ? 'traffic.scale' : 'traffic.demoPeakRpm',
      value: peakRpm ?? scale,
      message: `for minute ${minute} of the curve ${first.message}${others}`,
    },
  ];
}

/**
 * Faults between keys, each valid by itself: a curve out of order, rates the wrong way round, curves that no pool
 * and no hold time can make. A curve is checked in normal mode too: it would only bite when the demo begins.
 */
export function scenarioFaults(config: ScenarioConfig, options: { scaleDefault?: number }): ConfigFault[] {
  const faults: ConfigFault[] = [];
  config.curve?.forEach((point, index, curve) => {
    const before = curve[index - 1];
    if (before !== undefined && point.minute <= before.minute) {
      faults.push({
        key: `curve[${index}].minute`,
        value: point.minute,
        message: `must be above the minute of the point before (${before.minute})`,
      });
    }
    if (point.rpm === 0 && point.errorRate > 0) {
      faults.push({
        key: `curve[${index}].rpm`,
        value: point.rpm,
        message: `must be above 0 where errorRate is (${point.errorRate}): without requests none can fail`,
      });
    }
  });
  const durationMinutes = config.durationMinutes ?? DEFAULTS.durationMinutes;
  if (config.shownMinutes !== undefined && config.shownMinutes > durationMinutes) {
    faults.push({
      key: 'shownMinutes',
      value: config.shownMinutes,
      message: `must be at most durationMinutes (${durationMinutes})`,
    });
  }
  if (faults.length > 0) return faults;
  const mode = config.demoMode ?? 'normal';
  if (mode === 'normal' && config.curve === undefined) return [];
  // In normal mode nothing of a stack's file is broken.
  const excluded = mode === 'normal' ? [] : excludedFrom(mode, config);
  if (excluded.length > 0) return excluded;
  return planOutage(config, { ...options, mode: mode === 'normal' ? DEFAULT_OUTAGE : mode }).faults;
}
