import { fromBinary, type DescField, type DescMessage } from '@bufbuild/protobuf';
import { fieldsOf, rewrite } from '../../lib/telemetry/export/protobuf-rewrite';
import { TRACE_ID_BYTES } from './fields';
import { ResourceSchema } from './generated/opentelemetry/proto/resource/v1/resource_pb';
import { decoding, MalformedTelemetry } from './malformed';
import type { OpenRequest, RecordGroup, TextAttribute } from './request';
import type { RecordPath } from './signals';

/** Groups, scopes and records in a request: an order above what a batch processor sends. */
const MAX_PARTS = 50_000;
/**
 * Largest record (bytes). The library makes an object of each two bytes of a hostile one; as records are decoded one
 * at a time, only those of one are in memory.
 */
const MAX_RECORD_BYTES = 256 * 1024;
const DECODING = { readUnknownFields: false };

/**
 * Takes a request in protobuf apart.
 * @throws MalformedTelemetry where the way to its records is broken
 */
export function openProtobuf<Record extends DescMessage>(
  body: Uint8Array,
  path: RecordPath<Record>,
): OpenRequest<Record, Uint8Array> {
  let parts = 0;
  const embedded = (message: Uint8Array, field: DescField): Uint8Array[] => {
    const found: Uint8Array[] = [];
    for (const { number, content } of fieldsOf(message)) {
      if (number !== field.number || content === null) continue;
      if ((parts += 1) > MAX_PARTS) {
        throw new MalformedTelemetry(`more than ${MAX_PARTS} records in a request: send smaller batches`);
      }
      found.push(content);
    }
    return found;
  };
  const groups = decoding(() =>
    embedded(body, path.groups).map((group): RecordGroup<Uint8Array> => {
      const [resource = new Uint8Array()] = embedded(group, path.resource);
      return {
        resource: () => decoding(() => fromBinary(ResourceSchema, bounded(resource), DECODING)),
        records: embedded(group, path.scopes).flatMap((scope) => embedded(scope, path.records)),
      };
    }),
  );
  return {
    groups,
    traceIdOf: traceIdAtStart,
    has: (span, attribute) =>
      Buffer.from(span.buffer, span.byteOffset, span.length).includes(writtenForm(attribute), 0, 'latin1'),
    decode: (record) => decoding(() => fromBinary(path.record, bounded(record), DECODING)),
    without: (rejected) => {
      const offsets = new Set([...rejected].map(({ byteOffset }) => byteOffset));
      const fields = [path.groups, path.scopes, path.records].map(({ number }) => number);
      return Buffer.from(rewrite(body, fields, (record) => (offsets.has(record.byteOffset) ? null : record)));
    },
  };
}

/** Tag of a span's first field, an id of sixteen bytes: that is how every sender begins. */
const TRACE_ID_TAG = 0x0a;

function traceIdAtStart(span: Uint8Array): string | null {
  if (span[0] !== TRACE_ID_TAG || span[1] !== TRACE_ID_BYTES) return null;
  return Buffer.from(span.buffer, span.byteOffset + 2, TRACE_ID_BYTES).toString('hex');
}

/** Tags of an attribute's value, and of the text in it. */
const VALUE_TAG = 0x12;
const TEXT_TAG = 0x0a;

/** A short attribute as it is written: its key, then its value. */
function writtenForm({ key, text }: TextAttribute): string {
  return key + String.fromCharCode(VALUE_TAG, text.length + 2, TEXT_TAG, text.length) + text;
}

function bounded(message: Uint8Array): Uint8Array {
  if (message.length <= MAX_RECORD_BYTES) return message;
  throw new MalformedTelemetry(`a record of more than ${MAX_RECORD_BYTES} bytes`);
}
