import { z } from 'zod';
import { ABLATIONS, CAUSE_SCHEMAS } from './causes/document';
import { minute, MOST_MINUTES, span, share, within } from './document-values';
import { DEFAULTS, LIMITS } from './config/limits';
import { FLOW_ALERT_SCHEMA, SEED_FLOW_ALERT } from './flow-alert';
import { DEMO_MODES } from './presets/modes';

/**
 * What a stored scenario is: the one schema of the document, of which its types are made, asked wherever one arrives (a
 * backup's file, a row that a service reads, `begin_override` in the database itself). All of it is plain JSON Schema,
 * since PostgreSQL checks by the same rules.
 *
 * Units: timestamps are Unix seconds (fractions allowed), durations ms unless the name says otherwise,
 * rates are requests per demo-clock-independent minute (rpm, 60 real seconds), prices cents.
 */

/** Unix seconds; later than the year 5000 is none. */
const moment = z.number().min(0).max(1e11);
const rate = z.number().min(0).max(1e9);
const text = z.string().max(500);
const name = z.string().min(1).max(200);
const mode = z.enum(DEMO_MODES);
const ablation = z.enum(ABLATIONS).nullable();

const PHASE = z.object({
  /** First demo minute of the phase. */
  fromMinute: minute,
  /** Machine name, e.g. `peak_failure`; travels as baggage `demo.phase`. */
  name,
  /** What a presenter calls it, e.g. `Act 3: The catastrophe`. */
  title: text,
  /** Weights of the journeys of demo traffic from this phase on (V3); null: every demo request is one checkout. */
  journeyWeights: z.object({ browse_only: rate, browse_and_cart: rate, full_checkout: rate }).nullable(),
});
export type Phase = z.infer<typeof PHASE>;

/** What one demo minute [minute, minute+1) is expected to show. Rates are already scaled. */
const MINUTE_EXPECTATION = z.object({
  minute,
  phase: name,
  /** Mean offered demo checkouts per real minute in this minute, scaled. */
  rpm: rate,
  /** The preset's error rate at this minute (interpolated between the curve's points), 0…1. */
  targetErrorRate: share,
  /** True where the curve has a point at exactly this minute: a run is graded there. */
  graded: z.boolean(),
  /**
   * From the discrete-event simulation, for the requests scheduled in this minute. Ms; null where no request ran
   * or was answered. p50Ms and p95Ms are the recommendation query's (wait for the pool and scan) of answered
   * requests; allP95Ms is over all requests, where a failed one took the acquire timeout.
   */
  predicted: z.object({
    errorRate: share,
    p50Ms: span.nullable(),
    p95Ms: span.nullable(),
    allP95Ms: span.nullable(),
  }),
});
export type MinuteExpectation = z.infer<typeof MINUTE_EXPECTATION>;

const SCENARIO = z.object({
  version: z.literal(1),
  mode,
  title: text,
  /** Baggage `demo.run_id`: differs for each run. `normal` in normal mode. */
  runId: name,
  demoRun: z.number().min(0).max(1e9),
  /** Unix seconds of minute 0; null in normal mode. */
  startTimestamp: moment.nullable(),
  minuteSeconds: z.number().gt(0).max(LIMITS.minuteSeconds.to),
  /** Demo minutes that it runs. */
  durationMinutes: within(LIMITS.durationMinutes),
  /** Demo minutes that are shown and counted; the outage may be held a little longer, until somebody heals it. */
  shownMinutes: z.number().gt(0).max(MOST_MINUTES),
  catalogRows: within(LIMITS.catalogRows),
  /** The storefront's page sends spans of its own. Documents of before had none, and pages that could. */
  browserTelemetry: z.boolean().default(DEFAULTS.browserTelemetry),
  scale: z.number().gt(0).max(1e6),
  ablation,
  ...CAUSE_SCHEMAS,
  phases: z.array(PHASE).max(1000),
  /** Scaled rates. `demoPoints` is piecewise linear over demo minutes; outside a run the normal rates hold. */
  traffic: z.object({
    baselineRpm: rate,
    normalDemoRpm: rate,
    demoPoints: z.array(z.object({ minute, rpm: rate })).max(10_000),
  }),
  /** How long callers wait (ms). Each is longer than the one before it, so that the cause answers first. */
  timeouts: z.object({
    /** PostgreSQL's statement_timeout for the recommendation query. */
    statementMs: span,
    /** What the frontend gives product-catalog's recommendations. */
    recommendationsMs: span,
    /** What the load generator gives a demo checkout. */
    demoRequestMs: span,
    /** What the load generator gives a baseline journey. */
    baselineRequestMs: span,
  }),
  /** When the flow alert fires. */
  flowAlert: FLOW_ALERT_SCHEMA,
  /** Mean value of a demo order (USD). */
  orderValueUsd: within(LIMITS.orderValueUsd),
  expectations: z.array(MINUTE_EXPECTATION).max(MOST_MINUTES),
});
export type Scenario = z.infer<typeof SCENARIO>;

/** One row of `scenario.override`: run-time control, outranking `scenario.desired` until it ends or expires. */
const OVERRIDE = z.object({
  runId: name,
  mode,
  /** Unix seconds of minute 0 (moved when a pause is resumed). */
  startTimestamp: moment,
  /** Unix seconds at which the clock was stopped; null while it runs. */
  pausedAt: moment.nullable(),
  ablation,
  /** Unix seconds. */
  expiresAt: moment,
  /** Who started it, e.g. `cli`, `load-generator`, `console`. */
  startedBy: name,
  scenario: SCENARIO,
});
export type Override = z.infer<typeof OVERRIDE>;

/** The rules of an override as JSON Schema, for the database. */
export const OVERRIDE_RULES: unknown = z.toJSONSchema(OVERRIDE, { io: 'input' });

/** A document that is no scenario; the message names the field. */
export class DocumentFault extends Error {}

/** @throws DocumentFault */
export function scenarioDocument(document: unknown): Scenario {
  return parsed(SCENARIO, withLaterFields(document));
}

/** @throws DocumentFault */
export function overrideDocument(document: unknown): Override {
  if (typeof document !== 'object' || document === null || !('scenario' in document)) {
    return parsed(OVERRIDE, document);
  }
  return parsed(OVERRIDE, { ...document, scenario: withLaterFields(document.scenario) });
}

function parsed<T>(schema: z.ZodType<T>, document: unknown): T {
  const { success, data, error } = schema.safeParse(document);
  if (success) return data;
  const [issue] = error.issues;
  throw new DocumentFault(
    `${issue?.path.length ? issue.path.join('.') : 'the document'}: ${issue?.message ?? 'is none'}`,
  );
}

/** What was no part of a document when it was written means what it did then: it showed all its minutes, and so on. */
function withLaterFields(document: unknown): unknown {
  if (typeof document !== 'object' || document === null || !('durationMinutes' in document)) return document;
  return {
    shownMinutes: document.durationMinutes,
    flowAlert: SEED_FLOW_ALERT,
    orderValueUsd: DEFAULTS.orderValueUsd,
    ...document,
  };
}
