import { createHash } from 'node:crypto';

/**
 * A name that changes with the content, so that a change makes new pods of what mounts it. Not the engine's random
 * suffix: an update that was killed would leave one object nobody knows of, and make another.
 */
export function contentName(name: string, content: string): string {
  return `${name}-${createHash('sha256').update(content).digest('hex').slice(0, 10)}`;
}
