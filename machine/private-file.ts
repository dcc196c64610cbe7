import { renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Writes a file only its owner can read (0600), all or nothing: a reader sees the old text or the new one, and a
 * kill in the middle leaves the old one.
 */
export function writePrivateFile(file: string, text: string): void {
  const draft = `${file}.${String(process.pid)}.tmp`;
  rmSync(draft, { force: true });
  writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
  renameSync(draft, file);
}
