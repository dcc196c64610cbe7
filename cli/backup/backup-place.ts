import path from 'node:path';
import type { Target } from '../target/target';

/** Where a backup goes by default: `<data>/backups/local-2026-11-21T161500Z.jsonl.gz`. */
export function backupFile(
  target: Pick<Target, 'dataDir' | 'kind' | 'stack'>,
  now: Date,
  what: 'before-restore' | 'before-replacement' | null = null,
): string {
  const time = now
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '');
  const name = target.kind === 'local' ? 'local' : target.stack;
  return path.join(target.dataDir, 'backups', `${name}-${time}${what === null ? '' : `-${what}`}.jsonl.gz`);
}
