import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import type { Resource } from './generated/opentelemetry/proto/resource/v1/resource_pb';

export type Encoding = 'json' | 'protobuf';

/** An attribute whose value is a text. */
export interface TextAttribute {
  key: string;
  text: string;
}

/** Records of one sender. */
export interface RecordGroup<Raw> {
  /** @throws MalformedTelemetry */
  resource: () => Resource;
  records: Raw[];
}

/** A request taken apart: its records are found, and none is decoded yet. */
export interface OpenRequest<Record extends DescMessage, Raw = unknown> {
  groups: RecordGroup<Raw>[];
  /** The trace id of a span that is not decoded yet, in lower-case hex; null where it cannot be seen at a glance. */
  traceIdOf(raw: Raw): string | null;
  /** Whether a span that is not decoded yet has this attribute. */
  has(raw: Raw, attribute: TextAttribute): boolean;
  /**
   * One record.
   * @param reject called with what was left out of it
   * @throws MalformedTelemetry
   */
  decode(raw: Raw, reject: (reason: string) => void): MessageShape<Record>;
  /** The request without some of its records, in the same encoding; null when it cannot be written. */
  without(rejected: ReadonlySet<Raw>): Buffer | null;
}
