import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { codeOf } from '../../machine/errors';
import { parsePrivateIntent, privateText, type Intent, type IntentStore } from './intent';

/** An intent in a target's data folder (0600). Each write is whole: a file that was begun is never seen. */
export class IntentFile implements IntentStore {
  private readonly file: string;

  constructor(dataDir: string) {
    this.file = path.join(dataDir, 'intent.json');
  }

  read(): Promise<Intent | null> {
    try {
      return Promise.resolve(parsePrivateIntent(readFileSync(this.file, 'utf8')));
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return Promise.resolve(null);
      throw error;
    }
  }

  async claim(intent: Intent): Promise<Intent | null> {
    const draft = this.draft(intent);
    try {
      linkSync(draft, this.file);
      return null;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      const found = await this.read();
      if (found !== null) return found;
      // It has just gone: whoever links first has it.
      if (!existsSync(this.file)) return await this.claim(intent);
      // It was no intent.
      renameSync(draft, this.file);
      return null;
    } finally {
      rmSync(draft, { force: true });
    }
  }

  update(intent: Intent): Promise<void> {
    renameSync(this.draft(intent), this.file);
    return Promise.resolve();
  }

  clear(): Promise<void> {
    rmSync(this.file, { force: true });
    return Promise.resolve();
  }

  private draft(intent: Intent): string {
    mkdirSync(path.dirname(this.file), { recursive: true, mode: 0o700 });
    const draft = `${this.file}.${process.pid}`;
    writeFileSync(draft, `${privateText(intent)}\n`, { mode: 0o600 });
    return draft;
  }
}
