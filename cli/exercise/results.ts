import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { ExerciseFacts } from '../../report/exercise/facts';
import type { ExerciseGrade } from '../../report/exercise/grade';
import { renderExercise } from '../../report/exercise/markdown';
import { asJson, writeWholeFile } from '../../machine/private-file';
import { RUNS_KEPT } from '../control/past-runs';

/** An exercise's result, as its file has it. */
export interface ExerciseResult {
  grade: ExerciseGrade;
  facts: ExerciseFacts;
}

function folderOf(dataDir: string): string {
  return path.join(dataDir, 'exercises');
}

/** Writes a result as JSON and Markdown, into the data folder and where else it is wanted. @returns the files */
export function writeResult(result: ExerciseResult, dataDir: string, wanted: string | null): string[] {
  const { facts, grade } = result;
  const folder = folderOf(dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stamp = facts.startedAt.replace(/[-:]|\.\d+/g, '');
  const files = [path.join(folder, `${stamp}-${facts.id}.json`), ...(wanted === null ? [] : [wanted])];
  const markdown = renderExercise(facts, grade);
  const written = files.flatMap((file) => {
    const page = file.replace(/json$/, 'md');
    writeWholeFile(file, asJson(result));
    writeWholeFile(page, markdown);
    return [file, page];
  });
  for (const old of resultNames(dataDir).slice(0, -RUNS_KEPT))
    for (const file of [old, old.replace(/json$/, 'md')]) rmSync(path.join(folder, file), { force: true });
  return written;
}

/** The page of the last exercise's result; null before there is one. */
export function lastResult(dataDir: string): string | null {
  const last = resultNames(dataDir).at(-1);
  return last === undefined ? null : path.join(folderOf(dataDir), last.replace(/json$/, 'md'));
}

/** They begin with the time, so that their order is that of the exercises. */
function resultNames(dataDir: string): string[] {
  try {
    return readdirSync(folderOf(dataDir))
      .filter((name) => name.endsWith('.json'))
      .sort();
  } catch {
    return [];
  }
}
