import { milliseconds } from '../format';
import type { SpanShown, TraceShown } from '../evidence';
import { escape, rect, text } from './svg';

const WIDTH = 720;
const ROW = 22;
/** Where the bars lie, and how long the longest is. */
const BARS = { left: 330, width: 300 };
const MOST_ROWS = 26;
const LONGEST_LABEL = 46;

/** Draws a trace as a waterfall: who called whom, and what took how long. */
export function renderWaterfall(trace: TraceShown): string {
  const total = Math.max(1, trace.durationMs);
  const rows = rowsOf(trace.roots).slice(0, MOST_ROWS);
  const bars = rows.map(({ span, depth }, index) => {
    const y = index * ROW;
    const left = BARS.left + (Math.max(0, span.startOffsetMs) / total) * BARS.width;
    const width = Math.max(2, (span.durationMs / total) * BARS.width);
    const bad = span.status.code === 'ERROR' ? ' bad' : '';
    const label = shorten(`${span.service} · ${span.name}`, LONGEST_LABEL - depth);
    return (
      text(bad.trim(), 6 + depth * 9, y + 15, label) +
      rect(kindOf(span) + bad, left, y + 5, Math.min(width, BARS.left + BARS.width + 10 - left), 12, 3) +
      text('', WIDTH - 8, y + 15, milliseconds(span.durationMs), 'end')
    );
  });
  return `<svg class="waterfall" viewBox="0 0 ${WIDTH} ${rows.length * ROW + 4}" role="img" aria-label="${escape(`Waterfall of trace ${trace.traceId}`)}">${bars.join('')}</svg>`;
}

/** The spans in the order of a depth-first walk. */
function rowsOf(spans: readonly SpanShown[], depth = 0): { span: SpanShown; depth: number }[] {
  return spans.flatMap((span) => [{ span, depth }, ...rowsOf(span.children, depth + 1)]);
}

function kindOf({ name, attributes }: SpanShown): string {
  if (name.startsWith('acquire')) return 'wait';
  return attributes['db.system.name'] === 'postgresql' ? 'scan' : 'span';
}

function shorten(label: string, length: number): string {
  return label.length <= length ? label : `${label.slice(0, length - 1)}…`;
}
