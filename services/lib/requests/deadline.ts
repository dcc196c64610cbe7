/** A call took longer than its caller waits. Its `code` is the `error.type` that telemetry shows. */
class DeadlineError extends Error {
  /** AbortSignal.timeout's own is 23, a number of the DOM that tells nobody anything. */
  readonly code = 'timeout';

  constructor(ms: number) {
    super(`no answer within ${Math.round(ms)} ms`);
    this.name = 'TimeoutError';
  }
}

/**
 * Does what may take `ms` at most: the signal then aborts it, with an Error named `TimeoutError`. The timer ends with the
 * work: one that ran on would keep what the call needed in memory for as long as its caller would have waited.
 */
export async function within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  // eslint-disable-next-line no-restricted-globals -- it delays nothing: it ends what takes too long
  const timer = setTimeout(() => controller.abort(new DeadlineError(ms)), ms);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}
