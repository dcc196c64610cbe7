import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { ExerciseFacts } from '../../report/exercise/facts';
import type { ExerciseGrade } from '../../report/exercise/grade';
import { renderExercise } from '../../report/exercise/markdown';
import { asJson, writeResultFile } from '../../machine/private-file';
import { keptFile, keptFiles, letOldestGo } from '../control/kept-files';

/** An exercise's result, as its file has it. */
export interface ExerciseResult {
  grade: ExerciseGrade;
  facts: ExerciseFacts;
}

function folderOf(dataDir: string): string {
  return path.join(dataDir, 'exercises');
}

/** Where a result goes. */
export interface ResultPlaces {
  dataDir: string;
  /** Where else it is wanted; null: nowhere. */
  wanted: string | null;
  /** Told of the files that there are, of none as well: a program that waits for the result gets it. */
  tell: (files: string[]) => void;
}

/**
 * Writes a result as JSON and Markdown, into the data folder and where else it is wanted: one that cannot be written
 * keeps no other.
 *
 * @returns the files
 * @throws what kept a file from being written, when all others are
 */
export function writeResult(result: ExerciseResult, { dataDir, wanted, tell }: ResultPlaces): string[] {
  const { facts, grade } = result;
  const folder = folderOf(dataDir);
  const own = keptFile(folder, facts.startedAt, facts.id);
  const texts = [own, ...(wanted === null ? [] : [wanted])].flatMap((file) => [
    [file, () => asJson(result)] as const,
    [pageOf(file), () => renderExercise(facts, grade)] as const,
  ]);
  const written: string[] = [];
  const failures: unknown[] = [];
  for (const [file, text] of texts) {
    try {
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      writeResultFile(file, text());
      written.push(file);
    } catch (error) {
      failures.push(error);
    }
  }
  tell(written);
  if (failures.length > 0) throw failures[0];
  letOldestGo(folder, (file) => [file, pageOf(file)]);
  return written;
}

function pageOf(file: string): string {
  return file.replace(/json$/, 'md');
}

/** The page of the last exercise's result; null before there is one. */
export function lastResult(dataDir: string): string | null {
  const last = keptFiles(folderOf(dataDir)).at(-1);
  return last === undefined ? null : pageOf(last);
}
