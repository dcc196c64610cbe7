import { z } from 'zod';
import { ABLATIONS } from './causes/document';
import { CAUSE_SCHEMAS } from './causes/schema';
import { minute, MOST_MINUTES, span, share } from './document-values';
import { DEFAULTS, LIMITS, type Range } from './config/limits';
import { SEED_FLOW_ALERT } from './flow-alert';
import { ORDER_VALUE_USD } from './presets/preset';
import { DEMO_MODES, FLOW_ATTRIBUTES, type Override, type Scenario } from './types';

/**
 * What a stored scenario may be: the one schema of the document, asked wherever one arrives (a backup's file, a row that
 * a service reads, `begin_override` in the database itself). All of it is plain JSON Schema, since PostgreSQL checks by
 * the same rules.
 */

/** Unix seconds; later than the year 5000 is none. */
const moment = z.number().min(0).max(1e11);
const rate = z.number().min(0).max(1e9);
const text = z.string().max(500);
const name = z.string().min(1).max(200);
const within = ({ from, to }: Range): z.ZodNumber => z.number().min(from).max(to);
const mode = z.enum(DEMO_MODES);
const ablation = z.enum(ABLATIONS).nullable();

const SCENARIO = z.object({
  version: z.literal(1),
  mode,
  title: text,
  runId: name,
  demoRun: z.number().min(0).max(1e9),
  startTimestamp: moment.nullable(),
  minuteSeconds: z.number().gt(0).max(LIMITS.minuteSeconds.to),
  durationMinutes: within(LIMITS.durationMinutes),
  shownMinutes: z.number().gt(0).max(MOST_MINUTES),
  catalogRows: within(LIMITS.catalogRows),
  // Documents of before had none, and pages that could.
  browserTelemetry: z.boolean().default(DEFAULTS.browserTelemetry),
  scale: z.number().gt(0).max(1e6),
  ablation,
  ...CAUSE_SCHEMAS,
  phases: z
    .array(
      z.object({
        fromMinute: minute,
        name,
        title: text,
        journeyWeights: z
          .object({ browse_only: rate, browse_and_cart: rate, full_checkout: rate })
          .nullable(),
      }),
    )
    .max(1000),
  traffic: z.object({
    baselineRpm: rate,
    normalDemoRpm: rate,
    demoPoints: z.array(z.object({ minute, rpm: rate })).max(10_000),
  }),
  timeouts: z.object({
    statementMs: span,
    recommendationsMs: span,
    demoRequestMs: span,
    baselineRequestMs: span,
  }),
  flowAlert: z.object({
    // Documents of before had the seed's four.
    attributes: z
      .array(z.enum(FLOW_ATTRIBUTES))
      .max(20)
      .default([...SEED_FLOW_ALERT.attributes]),
    errorRate: share,
    p95Ms: span,
    forMinutes: within(LIMITS.durationMinutes),
  }),
  orderValueUsd: within(LIMITS.orderValueUsd),
  expectations: z
    .array(
      z.object({
        minute,
        phase: name,
        rpm: rate,
        targetErrorRate: share,
        graded: z.boolean(),
        predicted: z.object({
          errorRate: share,
          p50Ms: span.nullable(),
          p95Ms: span.nullable(),
          allP95Ms: span.nullable(),
        }),
      }),
    )
    .max(MOST_MINUTES),
}) satisfies z.ZodType<Scenario>;

const OVERRIDE = z.object({
  runId: name,
  mode,
  startTimestamp: moment,
  pausedAt: moment.nullable(),
  ablation,
  expiresAt: moment,
  startedBy: name,
  scenario: SCENARIO,
}) satisfies z.ZodType<Override>;

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
    orderValueUsd: ORDER_VALUE_USD,
    ...document,
  };
}
