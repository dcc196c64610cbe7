import type { Attributes } from '@opentelemetry/api';

/**
 * Who is called, by both names: `service.peer.name` is the convention's of today, `peer.service` the one before, which
 * the user's documents name and service maps of back ends join by.
 * @param name the other's `service.name`
 */
export function peer(name: string): Attributes {
  return { 'service.peer.name': name, 'peer.service': name };
}
