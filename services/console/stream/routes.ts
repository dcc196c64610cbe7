import type { Router } from 'express';
import { z } from 'zod';
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

/** GET /api/stream: what the page shows, as it changes. */
export function mountStream(router: Router, hub: StreamHub, broadcast: Broadcast): void {
  router.get('/api/stream', (request, response) => {
    const { events } = parseInput(streamQuery, request.query);
    hub.join(request, response, new Set<StreamEvent>(events ?? STREAM_EVENTS), (event) =>
      broadcast.stateOf(event),
    );
  });
}
