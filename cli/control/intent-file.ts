import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { claimFile, readIfThere, writePrivateFile } from '../../machine/private-file';
import { parsePrivateIntent, privateText, type Intent, type IntentStore } from './intent';

/** An intent in a target's data folder (0600). Each write is whole: a file that was begun is never seen. */
export class IntentFile implements IntentStore {
  private readonly file: string;

  constructor(dataDir: string) {
    this.file = path.join(dataDir, 'intent.json');
  }

  read(): Promise<Intent | null> {
    const text = readIfThere(this.file);
    return Promise.resolve(text === null ? null : parsePrivateIntent(text));
  }

  async claim(intent: Intent): Promise<Intent | null> {
    this.makeFolder();
    const isIntent = (text: string): boolean => parsePrivateIntent(text) !== null;
    const claim = await claimFile(this.file, `${privateText(intent)}\n`, isIntent);
    return claim.taken ? null : parsePrivateIntent(claim.holder);
  }

  update(intent: Intent): Promise<void> {
    this.makeFolder();
    writePrivateFile(this.file, `${privateText(intent)}\n`);
    return Promise.resolve();
  }

  clear(): Promise<void> {
    rmSync(this.file, { force: true });
    return Promise.resolve();
  }

  private makeFolder(): void {
    mkdirSync(path.dirname(this.file), { recursive: true, mode: 0o700 });
  }
}
