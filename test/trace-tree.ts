/** The JSON of the console's `GET /api/traces/:id`, as far as the tests read it. */
export interface Span {
  spanId: string;
  service: string;
  name: string;
  kind: string;
  status: { code: string };
  durationMs: number;
  attributes: Record<string, unknown>;
  links?: { traceId: string; spanId: string }[];
  children: Span[];
}

export interface TraceTree {
  traceId: string;
  depth: number;
  roots: Span[];
}

const flatten = (spans: Span[]): Span[] => spans.flatMap((span) => [span, ...flatten(span.children)]);

/** All spans of a trace. */
export function spansOf(tree: TraceTree): Span[] {
  return flatten(tree.roots);
}

/** Spans on the longest way from a root to a leaf. */
export function deepest(tree: TraceTree): number {
  const depth = (span: Span): number => 1 + Math.max(0, ...span.children.map(depth));
  return Math.max(0, ...tree.roots.map(depth));
}
