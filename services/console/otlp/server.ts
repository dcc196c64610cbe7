import type { RequestHandler } from 'express';
import { z } from 'zod';
import { CONSOLE_OTLP } from '../../catalog';
import { bearsSecret } from '../../../machine/bearer';
import { HttpError } from '../../lib/errors';
import { knownHosts } from '../../lib/requests/known-hosts';
import { plainTarget } from '../../lib/requests/request-form';
import { closeServer, errorHandler, listen, strictExpress } from '../../lib/server';
import { answerError } from './answer';
import type { OtlpReceiver } from './receiver';

/** When the console stops: how long exports under way may take (ms). */
const DRAIN_MS = 500;

/** What the process's environment says of its OTLP port. */
export const otlpVariables = {
  OTLP_PORT: z.coerce.number().int().min(1).max(65_535).default(CONSOLE_OTLP.port),
  /** What senders must bear; unset where a network policy lets the collector alone reach the port. */
  OTLP_TOKEN: z.string().min(1).optional(),
};

/**
 * Listens for OTLP on a port of its own: who may look at the page may not therefore write what it shows.
 *
 * @param token what a sender must bear; undefined: whoever reaches the port is believed
 * @returns closes it
 */
export async function listenForOtlp(
  receiver: OtlpReceiver,
  { port, host, token }: { port: number; host: string; token: string | undefined },
): Promise<() => Promise<void>> {
  const app = strictExpress();
  app.use(knownHosts([CONSOLE_OTLP.service]));
  app.use(plainTarget());
  if (token !== undefined) app.use(requireSender(token));
  receiver.mount(app);
  app.use((request) => {
    throw new HttpError(
      404,
      'not-found',
      `No route ${request.method} ${request.path}: this port takes OTLP.`,
    );
  });
  app.use(errorHandler);
  const server = await listen(app, port, host);
  return () => closeServer(server, DRAIN_MS);
}

function requireSender(token: string): RequestHandler {
  return (request, response, next) => {
    if (bearsSecret(request.headers.authorization, token)) {
      next();
      return;
    }
    response.set('WWW-Authenticate', 'Bearer');
    answerError(
      response,
      'json',
      401,
      'telemetry is taken from the shop and its collector alone: this sender does not bear their secret',
    );
  };
}
