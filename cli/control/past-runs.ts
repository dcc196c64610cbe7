import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Exercise } from '../run/blind';
import { listAt, numberAt, textAt, at } from '../../machine/json';
import type { Report } from '../../report/report';
import { keptFile, keptFiles, letOldestGo } from './kept-files';
import { reportFiles, writeReport } from './report-files';

/** What is kept of a run: its report, and of a blind one what it was. */
export type PastRun = Report & { exercise: Exercise | null; revealed: boolean };

/** The folder in which a target's runs are kept. */
export function runsFolder(dataDir: string): string {
  return path.join(dataDir, 'runs');
}

/**
 * Keeps a run (JSON, Markdown, HTML, SVG) and lets the oldest go.
 *
 * @returns the Markdown file
 */
export function keepRun(dataDir: string, run: PastRun): string {
  const folder = runsFolder(dataDir);
  mkdirSync(folder, { recursive: true });
  const [, markdown] = writeReport(keptFile(folder, run.startedAt, runFileName(run.runId)), run);
  letOldestGo(folder, (file) => Object.values(reportFiles(file)));
  return markdown ?? folder;
}

/** A run's id as part of a file's name: it comes from the database, which names no path. */
export function runFileName(runId: string): string {
  return runId.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 100);
}

/** The runs that are kept, the oldest first, each with its file. What cannot be read is left out. */
export function pastRuns(dataDir: string): { file: string; run: PastRun }[] {
  return keptFiles(runsFolder(dataDir)).flatMap((file) => {
    try {
      const value = JSON.parse(readFileSync(file, 'utf8')) as unknown;
      // Written by this program, of this version or an older one: what the table needs must be there.
      const whole =
        textAt(value, 'runId') !== null &&
        textAt(value, 'startedAt') !== null &&
        Array.isArray(at(value, 'minutes')) &&
        numberAt(value, 'minuteSeconds') !== null &&
        listAt(value, 'verdict', 'failures').every((failure) => typeof failure === 'string') &&
        typeof at(value, 'verdict', 'ok') === 'boolean';
      return whole ? [{ file, run: value as PastRun }] : [];
    } catch {
      return [];
    }
  });
}
