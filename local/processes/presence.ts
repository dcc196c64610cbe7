import { statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const BEAT_MS = 5_000;

/**
 * A file whose time tells when the shop last ran, however the runner ended: whether a stored run goes on at the next
 * start depends on it.
 */
export class Presence {
  private readonly file: string;
  private beat: NodeJS.Timeout | null = null;

  constructor(dataDir: string) {
    this.file = path.join(dataDir, 'last-seen');
  }

  /** Seconds since the shop last ran; Infinity when it never did. */
  absentSeconds(): number {
    try {
      return Math.max(0, (Date.now() - statSync(this.file).mtimeMs) / 1000);
    } catch {
      return Infinity;
    }
  }

  /** From now on the shop runs. */
  begin(): void {
    this.touch();
    this.beat = setInterval(() => this.touch(), BEAT_MS);
    this.beat.unref();
  }

  /** It ran until now; a start that failed before it began does not count. */
  end(): void {
    if (this.beat === null) return;
    clearInterval(this.beat);
    this.beat = null;
    this.touch();
  }

  private touch(): void {
    const now = new Date();
    try {
      utimesSync(this.file, now, now);
    } catch {
      try {
        writeFileSync(this.file, '', { mode: 0o600 });
      } catch {
        // A full disk: the next start then takes this run for one that was left earlier.
      }
    }
  }
}
