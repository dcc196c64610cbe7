import { createInterface } from 'node:readline/promises';
import type { Output } from '../../machine/terminal';
import { pointLines, type ChecklistPoint } from './checklist';

/** A point of the checklist, and what the presenter saw of it. */
export interface SeenPoint extends ChecklistPoint {
  /** null: as expected. */
  differs: string | null;
}

/** Asks a question; null when nobody answers any more (Ctrl-C, the end of the input). */
export type Ask = (question: string) => Promise<string | null>;

/** Shows the points one after the other, each when the presenter has dealt with the one before. */
export async function askPresenter(
  points: readonly ChecklistPoint[],
  ask: Ask,
  output: Output,
): Promise<SeenPoint[]> {
  const seen: SeenPoint[] = [];
  for (const [index, point] of points.entries()) {
    for (const line of pointLines(point, index)) output.line(line);
    const answer = await ask('   Enter: as expected; else what differs: ');
    if (answer === null) break;
    const differs = answer.trim();
    seen.push({ ...point, differs: differs === '' ? null : differs });
  }
  return seen;
}

/** A point as one line of a report. */
export function noteOf({ title, differs }: SeenPoint): string {
  return `checklist, ${title}: ${differs === null ? 'seen as expected' : `differs: ${differs}`}`;
}

/** Asks on this terminal. @param stream where the question goes */
export function terminalAsk(stream: NodeJS.WriteStream): { ask: Ask; close: () => void } {
  const lines = createInterface({ input: process.stdin, output: stream });
  const ended = new AbortController();
  lines.once('close', () => ended.abort());
  return {
    ask: async (question) => {
      if (ended.signal.aborted) return null;
      return lines.question(question, { signal: ended.signal }).catch(() => null);
    },
    close: () => lines.close(),
  };
}
