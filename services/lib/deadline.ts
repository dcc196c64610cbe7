/** A call took longer than its caller waits. Its `code` is the `error.type` that telemetry shows. */
class DeadlineError extends Error {
  /** AbortSignal.timeout's own is 23, a number of the DOM that tells nobody anything. */
  readonly code = 'timeout';

  constructor(ms: number) {
    super(`no answer within ${String(Math.round(ms))} ms`);
    this.name = 'TimeoutError';
  }
}

/** Ends work after a time. */
export interface Deadline {
  /** Aborts with an Error named `TimeoutError`. */
  signal: AbortSignal;
  /** To be called when the work has ended. */
  clear(): void;
}

/** A deadline `ms` from now. */
export function deadlineIn(ms: number): Deadline {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(new DeadlineError(ms));
  }, ms).unref();
  return {
    signal: controller.signal,
    clear: () => {
      clearTimeout(timer);
    },
  };
}
