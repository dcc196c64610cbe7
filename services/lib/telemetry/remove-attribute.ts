import type { Attributes, Span } from '@opentelemetry/api';

/** Takes back an attribute of a span that has not ended: the API cannot, the SDK's span lets its own map be changed. */
export function removeAttribute(span: Span, name: string): void {
  const { attributes } = span as Span & { attributes?: Attributes };
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- see above
  if (attributes) delete attributes[name];
}
