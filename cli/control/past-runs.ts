import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Exercise } from '../run/blind';
import { listAt, numberAt, textAt, at } from '../../machine/json';
import type { Report } from '../../report/report';
import { reportFiles, writeReport } from './report-files';

/** So many runs are kept, the latest ones. */
export const RUNS_KEPT = 30;

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
  const stamp = run.startedAt.replace(/[-:]/g, '').replace(/\.\d+/, '');
  const [, markdown] = writeReport(path.join(folder, `${stamp}-${runFileName(run.runId)}.json`), run);
  const names = runNames(folder);
  for (const name of names.slice(0, Math.max(0, names.length - RUNS_KEPT))) {
    for (const file of Object.values(reportFiles(path.join(folder, `${name}.json`))))
      rmSync(file, { force: true });
  }
  return markdown ?? folder;
}

/** A run's id as part of a file's name: it comes from the database, which names no path. */
export function runFileName(runId: string): string {
  return runId.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 100);
}

/** The runs that are kept, the oldest first, each with its file. What cannot be read is left out. */
export function pastRuns(dataDir: string): { file: string; run: PastRun }[] {
  const folder = runsFolder(dataDir);
  return runNames(folder).flatMap((name) => {
    const file = path.join(folder, `${name}.json`);
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

/** Names without extension; they begin with the time, so that their order is that of the runs. */
function runNames(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.slice(0, -'.json'.length))
      .sort();
  } catch {
    return [];
  }
}
