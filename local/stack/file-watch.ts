import { createHash } from 'node:crypto';
import { readFileSync, watch, type FSWatcher } from 'node:fs';
import path from 'node:path';

/** Quiet time (ms) after a change before it is looked at: editors write in several steps. */
const SETTLE_MS = 150;
/** Where the system tells nothing (network folders, some containers), the file is read this often (ms). */
const POLL_MS = 1000;
/** A file that is gone or empty for longer than this (ms) is meant so: an empty one would heal in mid-show. */
const GONE_AFTER_MS = 3000;

/**
 * Watches one file's content. Editors replace files instead of writing them, so its folder is watched, and a poll
 * stands behind it. `onChange` runs once for each new content, one call at a time; a file that is gone or empty for a
 * moment, as editors leave it that save in two steps, counts only if it stays so.
 */
export class FileWatch {
  private watcher: FSWatcher | null = null;
  private readonly poll: NodeJS.Timeout;
  private settle: NodeJS.Timeout | null = null;
  private seen: string;
  private missingSince: number | null = null;
  private busy: Promise<void> | null = null;
  private closed = false;

  /**
   * @param onChange must not throw
   * @param options.since mark of the content that is known already (default: what is there now)
   * @param options.pollMs how often the file is read whatever the system tells
   */
  constructor(
    private readonly file: string,
    private readonly onChange: () => Promise<void>,
    options: { since?: string; pollMs?: number } = {},
  ) {
    this.seen = options.since ?? contentMark(file);
    const look = (): void => this.look();
    try {
      this.watcher = watch(path.dirname(file), { persistent: false }, (_event, name) => {
        if (name === null || name === path.basename(file)) this.lookSoon();
      });
      this.watcher.on('error', () => {
        this.watcher?.close();
        this.watcher = null;
      });
    } catch {
      // The poll does.
    }
    this.poll = setInterval(look, options.pollMs ?? POLL_MS);
    this.poll.unref();
  }

  /** Ends watching; resolves when a change that is being handled is done. */
  async close(): Promise<void> {
    this.closed = true;
    this.watcher?.close();
    clearInterval(this.poll);
    if (this.settle) clearTimeout(this.settle);
    await this.busy;
  }

  private lookSoon(): void {
    if (this.closed) return;
    if (this.settle) clearTimeout(this.settle);
    this.settle = setTimeout(() => this.look(), SETTLE_MS);
  }

  private look(): void {
    if (this.busy || this.closed) return;
    const mark = contentMark(this.file);
    if (mark === this.seen) {
      this.missingSince = null;
      return;
    }
    if (mark === MISSING || mark === EMPTY) {
      this.missingSince ??= Date.now();
      if (Date.now() - this.missingSince < GONE_AFTER_MS) return;
    }
    this.missingSince = null;
    this.seen = mark;
    this.busy = this.onChange().finally(() => {
      this.busy = null;
      // What changed meanwhile is handled next.
      this.lookSoon();
    });
  }
}

const MISSING = 'missing';
const EMPTY = 'empty';

/** What tells one content from another; a text of its own for a file that is not there. */
export function contentMark(file: string): string {
  try {
    const content = readFileSync(file);
    if (content.toString('utf8').trim() === '') return EMPTY;
    return createHash('sha256').update(content).digest('hex');
  } catch {
    return MISSING;
  }
}
