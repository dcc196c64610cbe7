/**
 * A fault the user can mend: printed as plain text, without a stack. The message names the key, its value and the
 * remedy, one fault a line.
 */
export class UserFault extends Error {
  /** @param exitCode 1 for the machine's state (a port in use), 2 for bad input (an option, a YAML key) */
  constructor(
    message: string,
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message);
    this.name = 'UserFault';
  }
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** True for a file system or network error with this code, e.g. `ENOENT`. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
