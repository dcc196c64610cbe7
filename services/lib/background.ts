import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { logger } from './logger';

export interface BackgroundTask {
  stop(): void;
}

/**
 * Runs `task` now and `intervalMs` after each end of it, untraced. An error is logged once per streak of errors.
 */
export function every(intervalMs: number, name: string, task: () => Promise<void> | void): BackgroundTask {
  let stopped = false;
  let failing = false;
  let timer: NodeJS.Timeout | undefined;
  const round = async (): Promise<void> => {
    try {
      await task();
      if (failing) logger.info({ 'shop.task.name': name }, 'background task works again');
      failing = false;
    } catch (error) {
      if (!failing) logger.warn({ 'shop.task.name': name, err: error }, 'background task failed');
      failing = true;
    }
    if (!stopped) timer = setTimeout(run, intervalMs).unref();
  };
  const run = (): void => void context.with(suppressTracing(context.active()), round);
  run();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/**
 * Runs `work` one at a time: whoever asks meanwhile gets the end of what is under way.
 *
 * @param again what is under way may have begun too early for who asks meanwhile: it is followed by another one
 */
export function oneAtATime(work: () => Promise<void>, { again = false } = {}): () => Promise<void> {
  let asked = 0;
  let running: Promise<void> | null = null;
  const rounds = async (): Promise<void> => {
    let answered: number;
    do {
      answered = asked;
      await work();
    } while (again && answered !== asked);
  };
  return () => {
    asked += 1;
    running ??= rounds().finally(() => {
      running = null;
    });
    return running;
  };
}
