/** A request whose body is refused, with the HTTP status that says why. */
export class RefusedBody extends Error {
  /** Its sender is let go: what it still sends is not read. */
  readonly hangUp: boolean;

  constructor(
    readonly status: 400 | 408 | 413 | 415 | 503,
    message: string,
    { hangUp = false } = {},
  ) {
    super(message);
    this.hangUp = hangUp;
  }
}
