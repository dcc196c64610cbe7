import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as stable from '@opentelemetry/semantic-conventions';
import * as incubating from '@opentelemetry/semantic-conventions/incubating';
import type { Registry } from '../../telemetry/registry';
import type { ScoredRule } from '../../telemetry/score';
import { repositoryDir } from '../harness';
import {
  attributesOf,
  type Described,
  type EmittedMetric,
  type EmittedSpan,
  type Sending,
  type Sent,
} from './sink';

/**
 * OpenTelemetry's "instrumentation score" (https://github.com/instrumentation-score/spec, commit e6ee222 of April 2026):
 * its rules and its formula, on what was sent. As there, a score is one service's, of its own telemetry.
 */
interface Rule {
  id: string;
  impact: keyof typeof WEIGHTS;
  /** The criterion, in short. */
  criterion: string;
  /** Is it of names that services share: judged over all of them together. */
  acrossServices?: true;
  /** What was measured, and whether it passes. */
  judge: (sending: Sending, convention: Registry) => { passed: boolean; measured: string };
}

const WEIGHTS = { Critical: 40, Important: 30, Normal: 20, Low: 10 } as const;

const INTERNAL_SPANS = 10;
const SHORT_SPANS = 20;
const SHORT_MS = 5;
/** The specification leaves the bound of SPA-003 open. */
const SPAN_NAMES = 100;
const VALUES_OF_A_METRIC = 10_000;
const LITERAL = /\d{3}|[0-9a-f]{8}-/;
/** UCUM: seconds, bytes, a ratio, or an annotation such as {request}. */
const UCUM = /^(s|By|1|%|\{[^{}\s]+\})$/;
const UNIT_WORDS = /(^|[._])(seconds?|milliseconds?|ms|s|bytes?|by|usd|percent)($|[._])/i;

const named = (attributes: Record<string, unknown>, key: string): string => {
  const value = attributes[key];
  return typeof value === 'string' ? value : '';
};
const resourcesOf = ({ spans, metrics, logs }: Sending): Described[] =>
  [...spans, ...metrics, ...logs].map(({ resource }) => resource);
const durationMs = ({ startTimeUnixNano, endTimeUnixNano }: EmittedSpan): number =>
  Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e6;
const pointsOf = ({ histogram, sum, gauge }: EmittedMetric) => (histogram ?? sum ?? gauge)?.dataPoints ?? [];

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** Most spans of one trace that fit. */
function mostInATrace({ spans }: Sending, fits: (span: EmittedSpan) => boolean): number {
  const traces = grouped(spans, ({ record }) => record.traceId);
  return Math.max(
    0,
    ...[...traces.values()].map((trace) => trace.filter(({ record }) => fits(record)).length),
  );
}

const none = (faults: readonly string[], fine: string): { passed: boolean; measured: string } => ({
  passed: faults.length === 0,
  measured: faults.length === 0 ? fine : [...new Set(faults)].slice(0, 5).join(', '),
});
const atMost = (measured: number, limit: number, what: string): { passed: boolean; measured: string } => ({
  passed: measured <= limit,
  measured: `${String(measured)} ${what}`,
});

/** Metric names of which `valueOf` differs between two series. */
function inconsistent(
  metrics: readonly Sent<EmittedMetric>[],
  valuesOf: (metric: EmittedMetric) => string[],
): string[] {
  return [...grouped(metrics, ({ record }) => record.name)].flatMap(([name, series]) =>
    new Set(series.flatMap(({ record }) => valuesOf(record))).size > 1 ? [name] : [],
  );
}

/** The lowest version of Node that the SDK in use takes. @throws Error for a range of another form than `>=22.15.0` */
function lowestNode(): string {
  const file = path.join(repositoryDir, 'node_modules', '@opentelemetry', 'sdk-node', 'package.json');
  const { engines } = JSON.parse(readFileSync(file, 'utf8')) as { engines: { node: string } };
  const lowest = /^>=([\d.]+)$/.exec(engines.node)?.[1];
  if (lowest === undefined) throw new Error(`engines.node of the SDK is ${engines.node}`);
  return lowest;
}

const isBelow = (version: string, lowest: string): boolean =>
  version.localeCompare(lowest, undefined, { numeric: true }) < 0;

/** Every attribute key that the convention has. */
const CONVENTION_KEYS: ReadonlySet<unknown> = new Set(
  Object.entries({ ...stable, ...incubating }).flatMap(([name, value]) =>
    name.startsWith('ATTR_') ? [value] : [],
  ),
);

const RULES: readonly Rule[] = [
  {
    id: 'RES-001',
    impact: 'Normal',
    criterion: '`service.instance.id` in every resource',
    judge: (sending) => {
      const without = resourcesOf(sending).filter(
        (one) => named(attributesOf(one), 'service.instance.id') === '',
      );
      return atMost(without.length, 0, 'resources without');
    },
  },
  {
    id: 'RES-002',
    impact: 'Important',
    criterion: '`service.instance.id` is one process or pod alone',
    judge: (sending) => {
      const byId = grouped(resourcesOf(sending), (one) => named(attributesOf(one), 'service.instance.id'));
      const shared = [...byId].filter(
        ([, resources]) => new Set(resources.map((one) => JSON.stringify(attributesOf(one)))).size > 1,
      );
      return none(
        shared.map(([id]) => id),
        'none is shared',
      );
    },
  },
  {
    id: 'RES-003',
    impact: 'Important',
    criterion: '`k8s.pod.uid` where telemetry comes from a pod',
    judge: (sending) => {
      const pods = resourcesOf(sending)
        .map(attributesOf)
        .filter((one) => Object.keys(one).some((key) => key.startsWith('k8s.')));
      return none(
        pods.filter((one) => named(one, 'k8s.pod.uid') === '').map((one) => named(one, 'service.name')),
        'every pod has it',
      );
    },
  },
  {
    id: 'RES-004',
    impact: 'Important',
    criterion: "the convention's attributes at their level",
    judge: (sending, convention) => {
      const ofResources = new Set(
        [...convention.groups.values()].flatMap(({ type, uses }) =>
          type === 'entity' ? [...uses.keys()] : [],
        ),
      );
      const records = [
        ...[...sending.spans, ...sending.logs].map(({ record }) => record),
        ...sending.metrics.flatMap(({ record }) => pointsOf(record)),
      ];
      return none(
        [
          ...records.flatMap(({ attributes = [] }: Partial<Described>) =>
            attributes.flatMap(({ key }) => (ofResources.has(key) ? [`${key} on a record`] : [])),
          ),
          ...resourcesOf(sending).flatMap(({ attributes }) =>
            attributes.flatMap(({ key }) =>
              CONVENTION_KEYS.has(key) && !ofResources.has(key) ? [`${key} on a resource`] : [],
            ),
          ),
        ],
        'every one is',
      );
    },
  },
  {
    id: 'RES-005',
    impact: 'Critical',
    criterion: '`service.name` in every resource',
    judge: (sending) => {
      const without = resourcesOf(sending).filter((one) => named(attributesOf(one), 'service.name') === '');
      return atMost(without.length, 0, 'resources without');
    },
  },
  {
    id: 'SPA-001',
    impact: 'Normal',
    criterion: `at most ${String(INTERNAL_SPANS)} INTERNAL spans of a service in a trace`,
    judge: (sending) =>
      atMost(
        mostInATrace(sending, ({ kind }) => kind === 'SPAN_KIND_INTERNAL'),
        INTERNAL_SPANS,
        'at most',
      ),
  },
  {
    id: 'SPA-002',
    impact: 'Normal',
    criterion: 'no span whose parent is not there',
    judge: ({ spans }) => {
      const orphans = spans.filter(({ record }) => record.name.endsWith(ORPHAN));
      return atMost(orphans.length, 0, 'orphans');
    },
  },
  {
    id: 'SPA-003',
    impact: 'Important',
    criterion: `span names of bound cardinality (here: at most ${String(SPAN_NAMES)} of a service, none with a literal in it)`,
    judge: ({ spans }) => {
      const names = new Set(spans.map(({ record }) => record.name));
      const literal = [...names].filter((name) => LITERAL.test(name));
      return literal.length > 0 ? none(literal, '') : atMost(names.size, SPAN_NAMES, 'names');
    },
  },
  {
    id: 'SPA-004',
    impact: 'Important',
    criterion: 'no CLIENT span is a root',
    judge: ({ spans }) =>
      none(
        spans
          .filter(({ record }) => !record.parentSpanId && record.kind === 'SPAN_KIND_CLIENT')
          .map(({ record }) => record.name),
        'none is',
      ),
  },
  {
    id: 'SPA-005',
    impact: 'Important',
    criterion: `at most ${String(SHORT_SPANS)} spans below ${String(SHORT_MS)} ms in a trace`,
    judge: (sending) =>
      atMost(
        mostInATrace(sending, (span) => durationMs(span) < SHORT_MS),
        SHORT_SPANS,
        'at most',
      ),
  },
  {
    id: 'MET-001',
    impact: 'Important',
    criterion: `below ${String(VALUES_OF_A_METRIC)} values of an attribute of a metric`,
    judge: ({ metrics }) => {
      const values = grouped(
        metrics.flatMap(({ record }) =>
          pointsOf(record).flatMap(({ attributes = [] }) =>
            attributes.map(({ key, value }) => ({
              key: `${record.name} ${key}`,
              value: JSON.stringify(value),
            })),
          ),
        ),
        ({ key }) => key,
      );
      const most = Math.max(
        0,
        ...[...values.values()].map((all) => new Set(all.map(({ value }) => value)).size),
      );
      return atMost(most, VALUES_OF_A_METRIC - 1, 'at most');
    },
  },
  {
    id: 'MET-002',
    impact: 'Important',
    criterion: 'every metric has a unit of UCUM',
    judge: ({ metrics }) =>
      none(
        metrics
          .filter(({ record }) => !UCUM.test(record.unit))
          .map(({ record }) => `${record.name} ${record.unit}`),
        'every one has',
      ),
  },
  {
    id: 'MET-003',
    impact: 'Important',
    criterion: 'one unit for a metric name',
    acrossServices: true,
    judge: ({ metrics }) =>
      none(
        inconsistent(metrics, ({ unit }) => [unit]),
        'one each',
      ),
  },
  {
    id: 'MET-004',
    impact: 'Normal',
    criterion: 'the same buckets for a metric name',
    acrossServices: true,
    judge: ({ metrics }) =>
      none(
        inconsistent(metrics, ({ histogram }) =>
          (histogram?.dataPoints ?? []).map(({ explicitBounds = [] }) => explicitBounds.join()),
        ),
        'the same',
      ),
  },
  {
    id: 'MET-005',
    impact: 'Normal',
    criterion: 'no unit in a metric name',
    judge: ({ metrics }) =>
      none(
        metrics.map(({ record }) => record.name).filter((name) => UNIT_WORDS.test(name)),
        'none',
      ),
  },
  {
    id: 'MET-006',
    impact: 'Important',
    criterion: 'no metric is named as an attribute of the convention',
    judge: ({ metrics }) =>
      none(
        metrics.map(({ record }) => record.name).filter((name) => CONVENTION_KEYS.has(name)),
        'none is',
      ),
  },
  {
    id: 'LOG-001',
    impact: 'Important',
    criterion: 'no DEBUG records in production',
    judge: ({ logs }) =>
      none(
        logs
          .filter(({ record }) => record.severityText.toUpperCase() === 'DEBUG')
          .map(({ record }) => record.body.stringValue ?? ''),
        'none',
      ),
  },
  {
    id: 'LOG-002',
    impact: 'Important',
    criterion: 'every log record has its severity number',
    judge: ({ logs }) => {
      const without = logs.filter(
        ({ record }) =>
          (record.severityNumber ?? 'SEVERITY_NUMBER_UNSPECIFIED') === 'SEVERITY_NUMBER_UNSPECIFIED',
      );
      return atMost(without.length, 0, 'without');
    },
  },
  {
    id: 'SDK-001',
    impact: 'Low',
    criterion: 'the SDK supports this version of Node',
    judge: (sending) => {
      const lowest = lowestNode();
      const versions = resourcesOf(sending).map((one) => named(attributesOf(one), 'process.runtime.version'));
      return none(
        versions.filter((version) => isBelow(version, lowest)),
        `${[...new Set(versions)].join(', ')} is ${lowest} or later`,
      );
    },
  },
];

/** Put behind the name of a span without its parent: it can only be recognised with all services' spans at hand. */
const ORPHAN = ' (orphan)';

/** Every rule on what each service sent: a rule is passed when it is for every service. */
export function scoreOf(sending: Sending, convention: Registry): { rules: ScoredRule[]; score: number } {
  const services = [...grouped(resourcesOf(sending), serviceOf).keys()];
  const marked = markOrphans(sending);
  const rules = RULES.map(({ id, impact, criterion, acrossServices, judge }) => {
    const verdicts = acrossServices
      ? [{ service: 'all', ...judge(marked, convention) }]
      : services.map((service) => ({ service, ...judge(ofService(marked, service), convention) }));
    const failed = verdicts.filter(({ passed }) => !passed);
    const shown = failed.length > 0 ? failed : verdicts;
    const measured = [...grouped(shown, (verdict) => verdict.measured)].map(([text, of]) =>
      failed.length > 0 ? `${of.map(({ service }) => service).join(', ')}: ${text}` : text,
    );
    return { id, impact, criterion, passed: failed.length === 0, measured: widest(measured) };
  });
  const weight = (of: readonly ScoredRule[]): number =>
    of.reduce((sum, { impact }) => sum + WEIGHTS[impact], 0);
  const score = (100 * weight(rules.filter(({ passed }) => passed))) / weight(rules);
  return { rules, score: Math.round(score * 10) / 10 };
}

/** Of "3 names", "9 names" the largest: that is the one the limit is for. */
function widest(measured: readonly string[]): string {
  const numbered = measured.filter((text) => /^\d+ /.test(text));
  if (numbered.length < measured.length) return measured.join('; ');
  return numbered.reduce((most, text) => (parseInt(text, 10) > parseInt(most, 10) ? text : most));
}

const serviceOf = (resource: Described): string => named(attributesOf(resource), 'service.name');

function ofService({ spans, metrics, logs }: Sending, service: string): Sending {
  const own = <Record_>(all: readonly Sent<Record_>[]): Sent<Record_>[] =>
    all.filter(({ resource }) => serviceOf(resource) === service);
  return { spans: own(spans), metrics: own(metrics), logs: own(logs) };
}

function markOrphans(sending: Sending): Sending {
  const known = new Set(sending.spans.map(({ record }) => `${record.traceId} ${record.spanId}`));
  const spans = sending.spans.map((span) => {
    const { record } = span;
    const isOrphan =
      Boolean(record.parentSpanId) && !known.has(`${record.traceId} ${record.parentSpanId ?? ''}`);
    return isOrphan ? { ...span, record: { ...record, name: `${record.name}${ORPHAN}` } } : span;
  });
  return { ...sending, spans };
}
