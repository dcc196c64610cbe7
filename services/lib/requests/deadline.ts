/** A call took longer than its caller waits. Its `code` is the `error.type` that telemetry shows. */
class DeadlineError extends Error {
  /** AbortSignal.timeout's own is 23, a number of the DOM that tells nobody anything. */
  readonly code = 'timeout';

  constructor(ms: number) {
    super(`no answer within ${String(Math.round(ms))} ms`);
    this.name = 'TimeoutError';
  }
}

/** Aborts `ms` from now with an Error named `TimeoutError`. */
export function deadlineIn(ms: number): AbortSignal {
  const controller = new AbortController();
  AbortSignal.timeout(ms).addEventListener('abort', () => controller.abort(new DeadlineError(ms)));
  return controller.signal;
}
