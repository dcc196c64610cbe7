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
