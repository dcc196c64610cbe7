import { z } from 'zod';
import { SERVICE_NAMES, type ServiceName } from '../../services/catalog';
import { CAUSE_GROUPS, CAUSE_KEYS } from '../causes/keys';
import { DEPLOYMENT_KEYS } from './deployment';
import {
  flag,
  group,
  json,
  key,
  keyDocumentation,
  numberFrom,
  numberKey,
  wholeKey,
} from './key-documentation';
import { DEFAULTS, LIMITS } from './limits';
import { presetOf } from '../presets/all';
import { KeyBook } from './key-book';
import { DEMO_MODES, OUTAGES, type CurvePoint } from '../types';
import { rateRange } from '../curve';
import { SEED_FLOW_ALERT } from '../flow-alert';
import type { Preset } from '../presets/preset';

/**
 * The stack config's scenario keys. This schema is the reference: the page of all keys is made from it.
 * Values may be text, as `pulumi config set` writes them ("6", "true", JSON for objects).
 */

const rpm = numberFrom(z.number().positive().max(LIMITS.rpm.to));

/** A default that only an outage has. */
const ifOutage =
  (text: (preset: Preset) => string) =>
  (preset: Preset): string =>
    preset.curve.length === 0 ? 'not used' : text(preset);

/** The preset's own rule of the flow alert, which is solved for its own curve. */
const ofAlert =
  (field: 'errorRate' | 'forMinutes') =>
  ({ flowAlert }: Preset): string =>
    flowAlert[field] === SEED_FLOW_ALERT[field]
      ? String(flowAlert[field])
      : `${flowAlert[field]}; ${SEED_FLOW_ALERT[field]} with a curve of your own`;

const peakOf = (curve: readonly CurvePoint[]): string =>
  `${Math.round(100 * Math.max(...curve.map(({ errorRate }) => errorRate)))} % errors`;

const traffic = {
  baselineRpm: key(rpm, {
    type: 'number',
    allowed: 'a number above 0, at most 1000000',
    default: '100',
    description: 'Baseline journeys per minute (60 real seconds), in all modes, before `traffic.scale`.',
  }),
  demoBaseRpm: key(rpm, {
    type: 'number',
    allowed: 'a number above 0, at most `traffic.demoPeakRpm`',
    default: ifOutage(({ curve }) => String(rateRange(curve).baseRpm)),
    description:
      "Rate of the first point of the curve that has traffic. The curve's rates are mapped linearly from its own base…peak to `demoBaseRpm`…`demoPeakRpm`; error rates stay. Unset, it keeps its ratio to `demoPeakRpm`.",
  }),
  demoPeakRpm: key(rpm, {
    type: 'number',
    allowed: 'a number above 0, at most 1000000',
    default: ifOutage(({ curve }) => String(rateRange(curve).peakRpm)),
    description:
      'Highest rate of demo checkouts per minute, before `traffic.scale`. The hold times, and where needed the pool, are solved for the new rates, so that the error rates stay those of the curve.',
  }),
  scale: key(numberFrom(z.number().positive().max(100)), {
    type: 'number',
    allowed: 'a number above 0, at most 100',
    default: ({ minScale }) => (minScale === 0 ? '1 (0.25 with `npm start`)' : `1; at least ${minScale}`),
    description:
      'Multiplies every rate and the recommendation pool alike, so the curve stays the same with less or more load.',
  }),
};

const replicaCount = (service: ServiceName) => {
  // The console keeps the telemetry in its memory: two would each know half of it.
  const most = service === 'console' ? 1 : 20;
  return wholeKey({
    range: { from: 1, to: most },
    ...(most === 1 ? { allowed: '1' } : {}),
    default: '1',
    description: `Pods of ${service} (on Kubernetes). The load and the recommendation pool are totals, divided among replicas.`,
  });
};

const replicas = Object.fromEntries(SERVICE_NAMES.map((name) => [name, replicaCount(name)])) as Record<
  ServiceName,
  ReturnType<typeof replicaCount>
>;

const flowAlert = {
  errorRate: key(numberFrom(z.number().min(0).lt(1)), {
    type: 'number',
    allowed: 'a share from 0 to below 1 (0.2 is 20 %)',
    default: ofAlert('errorRate'),
    description:
      'The flow alert counts minutes in which a larger share of the demo checkouts fails than this (and its four attributes were seen).',
  }),
  p95Ms: numberKey({
    range: { from: 0, to: 60_000 },
    unit: 'ms',
    default: '2000',
    description: 'And the 95th percentile of their duration is longer than this.',
  }),
  forMinutes: wholeKey({
    range: LIMITS.durationMinutes,
    default: ofAlert('forMinutes'),
    description:
      'It fires when so many full demo minutes in a row met every condition. The presets’ values make it minute 22.',
  }),
};

const curvePoint = z.strictObject({
  minute: numberFrom(z.number().min(0).max(LIMITS.durationMinutes.to)).register(keyDocumentation, {
    type: 'number',
    allowed: `a number from 0 to ${LIMITS.durationMinutes.to}, above the minute of the point before`,
    default: 'required',
    description:
      'Demo minute of the point. Between points rate and error rate are linear, after the last they are held; a curve that begins later than minute 0 rises from nothing.',
  }),
  rpm: numberFrom(z.number().min(0).max(LIMITS.rpm.to)).register(keyDocumentation, {
    type: 'number',
    allowed: 'a number from 0 to 1000000; above 0 where errorRate is',
    default: 'required',
    description: 'Demo checkouts per minute (60 real seconds) at this point, before `traffic.scale`.',
  }),
  errorRate: numberFrom(z.number().min(0).lt(1)).register(keyDocumentation, {
    type: 'number',
    allowed: 'a share from 0 to below 1 (0.78 is 78 %)',
    default: 'required',
    description:
      'Share of the demo checkouts that are to fail in this minute. Below 0.05 nothing is made to fail.',
  }),
});

const shape = {
  demoMode: key(z.enum(DEMO_MODES), {
    allowed: `one of ${DEMO_MODES.map((mode) => `\`${mode}\``).join(', ')}`,
    default: '`normal`',
    description: `What the shop goes through. ${OUTAGES.map((mode) => `\`${mode}\``).join(', ')} make an outage, \`normal\` heals it.`,
  }),
  demoStartTimestamp: key(numberFrom(z.number().min(1_000_000_000).max(100_000_000_000)), {
    type: 'number (Unix seconds)',
    allowed: 'a Unix timestamp in seconds (10 digits)',
    default: 'stamped once when a demo mode begins: now + `startDelaySeconds`',
    description: 'Minute 0 of the run. In the past, the run is already under way.',
  }),
  startDelaySeconds: numberKey({
    range: LIMITS.startDelaySeconds,
    default: String(DEFAULTS.startDelaySeconds),
    description: 'Real seconds from entering a demo mode to its minute 0.',
  }),
  demoRun: wholeKey({
    range: { from: 0, to: 1_000_000 },
    default: String(DEFAULTS.demoRun),
    description: 'Raise it to run the same mode once more: a new start is stamped.',
  }),
  minuteSeconds: numberKey({
    range: LIMITS.minuteSeconds,
    default: String(DEFAULTS.minuteSeconds),
    description: `Real seconds of a demo minute: 6 shows the 30 minutes in three. Graded: ${OUTAGES.map((mode) => `\`${mode}\` from ${presetOf(mode).gradedFromMinuteSeconds}`).join(', ')} on.`,
  }),
  durationMinutes: wholeKey({
    range: LIMITS.durationMinutes,
    default: String(DEFAULTS.durationMinutes),
    description:
      'Demo minutes of a run. After it traffic and storage are normal again; index and pool stay as configured until `demoMode normal` heals them.',
  }),
  shownMinutes: wholeKey({
    range: LIMITS.durationMinutes,
    allowed: 'a whole number from 1 to `durationMinutes`',
    default: '`durationMinutes`',
    description:
      'Demo minutes that the console, the commands and the report show and count, where the outage is to be held a little longer than that, until it is healed.',
  }),
  catalogRows: wholeKey({
    range: LIMITS.catalogRows,
    default: String(DEFAULTS.catalogRows),
    description: 'Products in the catalog. 100000 is kinder to small machines; the report says so.',
  }),
  browserTelemetry: flag({
    default: String(DEFAULTS.browserTelemetry),
    description:
      "Whether the storefront's page sends spans of its own (page load, web vitals, clicks, fetches), by way of the frontend. A page that is open keeps what it had until it is loaded anew.",
  }),
  traffic: group(traffic),
  ...CAUSE_KEYS,
  flowAlert: group(flowAlert),
  orderValueUsd: numberKey({
    range: LIMITS.orderValueUsd,
    unit: 'USD',
    default: ({ orderValueUsd }) => String(orderValueUsd),
    description:
      'Mean value of a demo order: customers buy so many pieces. What failed checkouts lose is counted from their own orders.',
  }),
  replicas: group(replicas),
  curve: key(z.preprocess(json, z.array(curvePoint).min(1).max(200)), {
    type: 'list of {minute, rpm, errorRate}',
    allowed: 'a list of 1 to 200 points {minute, rpm, errorRate}',
    default: ifOutage(({ curve }) => `${curve.length} points, up to ${peakOf(curve)}`),
    description:
      "Your own outage instead of the preset's: the compiler finds the pool and the scan times that make it, or says why none can.",
  }),
};

/** The scenario keys of a stack's config. */
export const scenarioConfigSchema = z.strictObject(shape);

export type ScenarioConfig = z.infer<typeof scenarioConfigSchema>;

/** The keys that hold keys. */
const GROUPS = { traffic, ...CAUSE_GROUPS, flowAlert, replicas } as const;

/** Whether a key holds keys, as `traffic` does. */
export function isGroup(name: string): name is keyof typeof GROUPS {
  return Object.hasOwn(GROUPS, name);
}

/** What is said of the keys, and of faults in them. */
export const BOOK = new KeyBook({
  shape,
  groups: GROUPS,
  lists: { curve: curvePoint.shape },
  otherKeys: DEPLOYMENT_KEYS,
});
