import path from 'node:path';
import type { Target } from '../target/target';

/** Where a backup goes by default: `<data>/backups/local-2026-11-21T161500Z.jsonl.gz`. */
export function backupFile(
  target: Pick<Target, 'dataDir' | 'kind' | 'stack'>,
  now: Date,
  what: 'before-restore' | 'before-replacement' | null = null,
): string {
  const name = target.kind === 'local' ? 'local' : target.stack;
  const suffix = what === null ? '' : `-${what}`;
  return path.join(target.dataDir, 'backups', `${name}-${fileTime(now)}${suffix}.jsonl.gz`);
}

/** A time as part of a file's name, e.g. `2026-11-21T161500Z`. */
export function fileTime(time: Date): string {
  return time.toISOString().replace(/:|\.\d+/g, '');
}
