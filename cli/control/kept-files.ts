import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

/** So many runs, and exercises, are kept, the latest ones. */
export const RUNS_KEPT = 30;

/** The file (JSON) of what began at a time (ISO): its name begins with it, so that the order of names is that of time. */
export function keptFile(folder: string, startedAt: string, id: string): string {
  return path.join(folder, `${startedAt.replace(/[-:]|\.\d+/g, '')}-${id}.json`);
}

/** The files (JSON) that are kept in a folder, the oldest first. */
export function keptFiles(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
    return names.sort().map((name) => path.join(folder, name));
  } catch {
    return [];
  }
}

/** Lets the oldest go. @param filesOf the file and those written beside it */
export function letOldestGo(folder: string, filesOf: (file: string) => readonly string[]): void {
  for (const old of keptFiles(folder).slice(0, -RUNS_KEPT))
    for (const file of filesOf(old)) rmSync(file, { force: true });
}
