/** How a command of the CLI ends. */
export const EXIT = {
  ok: 0,
  /** The verdict is negative, or the command refused. */
  failed: 1,
  /** Bad options or a bad stack file. */
  usage: 2,
  /** Ctrl-C, and healed. */
  interrupted: 130,
} as const;

/** Something the user can put right: printed as plain text, without a stack. It names what was found and the remedy. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly exitCode: number = EXIT.failed,
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

/** A refusal whose remedy is known by itself, for those who list several. */
export class Mendable extends Refusal {
  /**
   * @param problem what was found, without a full stop
   * @param remedy what to do, commands first
   */
  constructor(
    readonly problem: string,
    readonly remedy: string,
  ) {
    super(`${problem}. ${remedy}`);
    this.name = 'Mendable';
  }
}

/** The work was broken off by a signal (or by something as final); what was begun still has to be healed. */
export class Interrupted extends Error {
  constructor(override readonly cause: string) {
    super(`interrupted: ${cause}`);
    this.name = 'Interrupted';
  }
}

/** The text of anything thrown; of an error with several causes (a refused connection) the first one's. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return messageOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  // fetch says only "fetch failed".
  return error.cause instanceof Error && error.message === 'fetch failed'
    ? messageOf(error.cause)
    : error.message;
}

/** What is printed of a fault of ours: with its stack. */
export function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The code of a database, file system or network error, e.g. `55006`; null without one. */
export function codeOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** True for a database, file system or network error with this code, e.g. `ENOENT`. */
export function hasCode(error: unknown, code: string): boolean {
  return codeOf(error) === code;
}
