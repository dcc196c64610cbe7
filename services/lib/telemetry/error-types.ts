import { SpanStatusCode } from '@opentelemetry/api';
import { NoopSpanProcessor, type Span } from '@opentelemetry/sdk-trace';

/** A SQLSTATE: what PostgreSQL answers a statement that fails with. */
const SQLSTATE = /^[0-9A-Z]{5}$/;
/** How instrumentation-pg tells it, with all else of the message taken out. */
const CODE_IN_MESSAGE = /\(code: (\w+)\)/;

/**
 * Gives each span that failed the `error.type` that the convention asks for where its instrumentation (pg, ioredis)
 * sets none: the code of the exception that it recorded, else `_OTHER`. A statement's is its `db.response.status_code`.
 */
export class ErrorTypes extends NoopSpanProcessor {
  onEnding(span: Span): void {
    if (span.status.code !== SpanStatusCode.ERROR || span.attributes['error.type'] !== undefined) return;
    const exception = span.events.findLast(({ name }) => name === 'exception')?.attributes;
    const type =
      codeIn(exception?.['exception.message']) ?? textOf(exception?.['exception.type']) ?? '_OTHER';
    span.setAttribute('error.type', type);
    if (span.attributes['db.system.name'] === 'postgresql' && SQLSTATE.test(type)) {
      span.setAttribute('db.response.status_code', type);
    }
  }
}

function codeIn(message: unknown): string | null {
  const code = CODE_IN_MESSAGE.exec(textOf(message) ?? '')?.[1] ?? null;
  return code === 'UNKNOWN' ? null : code;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
