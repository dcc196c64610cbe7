import { mkdirSync } from 'node:fs';
import { asJson, writeResultFile } from '../../machine/private-file';
import path from 'node:path';
import { listAt, numberAt, parseJson, textAt } from '../../machine/json';
import { readIfThere } from '../../machine/private-file';
import type { RunEvent } from '../../report/report';
import { keepRun, pastRuns, runFileName } from './past-runs';

function notesFile(dataDir: string, runId: string): string {
  return path.join(dataDir, 'notes', `${runFileName(runId)}.json`);
}

/** What a presenter noted of a run; empty without notes. */
export function presenterNotes(dataDir: string, runId: string): RunEvent[] {
  const notes = parseJson(readIfThere(notesFile(dataDir, runId)) ?? '');
  return listAt({ notes }, 'notes').flatMap((note) => {
    const [minute, text, at] = [numberAt(note, 'minute'), textAt(note, 'text'), textAt(note, 'at')];
    return minute === null || text === null ? [] : [{ minute, text, ...(at === null ? {} : { at }) }];
  });
}

/** Notes what a presenter saw, for the run's report: of a run under way the one that it will have, else the one that is kept. */
export function addPresenterNotes(dataDir: string, runId: string, notes: readonly RunEvent[]): void {
  const file = notesFile(dataDir, runId);
  mkdirSync(path.dirname(file), { recursive: true });
  writeResultFile(file, asJson([...presenterNotes(dataDir, runId), ...notes]));
  const kept = pastRuns(dataDir).find(({ run }) => run.runId === runId)?.run;
  if (kept) keepRun(dataDir, { ...kept, events: [...kept.events, ...notes] });
}
