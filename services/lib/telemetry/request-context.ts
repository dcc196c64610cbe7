import type { Context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { EventEmitter } from 'node:events';

/**
 * Leaves emitters as they are. The instrumentation of HTTP binds each request and each answer to its context: sixteen
 * methods are put before theirs, and each listener is wrapped. What listens to them here (the parser of bodies) keeps the
 * context by itself, as Node's AsyncResource does.
 */
export class RequestContextManager extends AsyncLocalStorageContextManager {
  override bind<T>(context: Context, target: T): T {
    return target instanceof EventEmitter ? target : super.bind(context, target);
  }
}
