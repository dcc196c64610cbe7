import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** In the project's own folder, which nobody else may write. */
const FOLDER = path.resolve(__dirname, '..', '..', '.certificates');

/**
 * Writes the server's certificate where the provider reads it: a file is all it takes. The name is made of the content,
 * so that the same certificate is the same input of the provider in every update.
 *
 * @returns path of the file
 */
export function certificateFile(pem: string): string {
  mkdirSync(FOLDER, { recursive: true, mode: 0o700 });
  const file = path.join(
    FOLDER,
    `postgresql-${createHash('sha256').update(pem).digest('hex').slice(0, 16)}.pem`,
  );
  writeFileSync(file, pem, { mode: 0o600 });
  return file;
}
