import type { Router } from 'express';
import { z } from 'zod';
import { requireOwnPage } from '../../lib/requests/request-form';
import { parseInput } from '../../lib/validate';
import type { Broadcast } from './broadcast';
import { STREAM_EVENTS, type StreamEvent, type StreamHub } from './hub';

const streamQuery = z.object({
  events: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(STREAM_EVENTS, { error: `must be some of ${STREAM_EVENTS.join(',')}` })))
    .optional(),
});

/**
 * GET /api/stream: what the page shows, as it changes. Not for pages of other sites: they could not read it, but six streams
 * of theirs are all connections that their browser has to this address, and the presenter's own page would get none.
 */
export function mountStream(router: Router, hub: StreamHub, broadcast: Broadcast): void {
  router.get('/api/stream', (request, response) => {
    requireOwnPage(request, 'Only the page of this console follows its stream.');
    const { events } = parseInput(streamQuery, request.query);
    hub.join(request, response, new Set<StreamEvent>(events ?? STREAM_EVENTS), (event) =>
      broadcast.stateOf(event),
    );
  });
}
