import type { Attributes, Span } from '@opentelemetry/api';
import { NoopSpanProcessor, type Span as SdkSpan } from '@opentelemetry/sdk-trace';
import { peer } from './calls';

/** What a statement does to what. */
interface Statement {
  /** First keyword, as SQL names it: SELECT. */
  operation: string;
  /** Its first table, without its schema; null without one. */
  table: string | null;
}

/** Our statements are a fixed few; whatever else comes must not fill the memory. */
const MAX_KNOWN = 500;
const known = new Map<string, Statement>();

function parse(text: string): Statement {
  // Of several in one (`with`) the first.
  const operation =
    /^\s*(?:with\b.*?\b(?=(?:select|insert|update|delete)\b))?(\w+)/is.exec(text)?.[1]?.toUpperCase() ??
    'QUERY';
  const name = /\b(?:from|into|update|join)\s+(?:only\s+)?([\w".]+)/i.exec(text)?.[1] ?? null;
  return { operation, table: name?.replaceAll('"', '').split('.').at(-1) ?? null };
}

function statementOf(text: string): Statement {
  let statement = known.get(text);
  if (statement === undefined) {
    statement = parse(text);
    if (known.size < MAX_KNOWN) known.set(text, statement);
  }
  return statement;
}

/** `SELECT ecommerce.products`: few enough to be grouped by, and the database's table is distinguished from another's. */
export function summaryOf(text: string, database: string): string {
  const { operation, table } = statementOf(text);
  return `${operation} ${table === null ? database : `${database}.${table}`}`;
}

/** Names a span of a SQL statement `{operation} {target}` and says what it does to what. */
export function describeStatement(span: Span, text: string, database: string): void {
  const { operation, table } = statementOf(text);
  const summary = summaryOf(text, database);
  span.updateName(summary);
  span.setAttributes({
    ...peer('postgresql'),
    'db.operation.name': operation,
    'db.query.summary': summary,
    ...(table === null ? {} : { 'db.collection.name': table }),
  });
}

/** Names a span of a Redis command `{command} {database}`. @param url REDIS_URL, whose path is the database */
export function describeCommand(span: Span, command: string, url: string | undefined): void {
  const database = /^rediss?:\/\/[^/]*\/(\d+)/.exec(url ?? '')?.[1] ?? '0';
  span.updateName(`${command} ${database}`);
  span.setAttributes({ ...peer('redis'), 'db.namespace': database });
}

/** Attributes of the conventions before 1.26, by today's name for the same. */
const BEFORE: Readonly<Record<string, string>> = {
  'db.system.name': 'db.system',
  'db.namespace': 'db.name',
  'db.operation.name': 'db.operation',
  'db.query.text': 'db.statement',
  'db.collection.name': 'db.sql.table',
  'server.address': 'net.peer.name',
  'server.port': 'net.peer.port',
};

/** Whether OTEL_SEMCONV_STABILITY_OPT_IN asks for database attributes of both generations. */
export function wantsBothGenerations(optIn: string | undefined): boolean {
  return (optIn ?? '').split(',').some((entry) => entry.trim() === 'database/dup');
}

/**
 * Gives every database span the attributes of the generation before beside today's, for back ends that read those
 * (Coralogix' Database Monitoring names all of them as required).
 */
export class BothGenerations extends NoopSpanProcessor {
  // At the start the statement is not there yet.
  onEnding(span: SdkSpan): void {
    const { attributes } = span;
    if (attributes['db.system.name'] === undefined) return;
    const older: Attributes = {};
    for (const [name, before] of Object.entries(BEFORE)) {
      const value = attributes[name];
      if (value !== undefined) older[before] = value;
    }
    span.setAttributes(older);
  }
}
