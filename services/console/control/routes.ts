import type { Request, Router } from 'express';
import { requireAdminToken } from '../../lib/admin';
import { parseInput } from '../../lib/validate';
import type { WatchedAction } from './confirmations';
import type { OverrideControl } from './override-control';
import { ablateBody, emptyBody, gotoBody, startBody } from './requests';

/**
 * `POST /admin/override/{start,pause,resume,goto,abort,ablate}`: run-time control, behind the admin token. The answer
 * (202) says what will be watched for; whether it was seen, GET /api/conductor and the stream tell.
 */
export function mountControl(router: Router, control: OverrideControl): void {
  const admin = requireAdminToken();
  const post = (path: string, act: (request: Request) => Promise<WatchedAction>): void => {
    router.post(path, admin, async (request, response) => {
      response
        .status(202)
        .set('cache-control', 'no-store')
        .json(await act(request));
    });
  };
  post('/admin/override/start', (request) => control.start(parseInput(startBody, request.body ?? {})));
  post('/admin/override/pause', (request) => {
    parseInput(emptyBody, request.body ?? {});
    return control.pause();
  });
  post('/admin/override/resume', (request) => {
    parseInput(emptyBody, request.body ?? {});
    return control.resume();
  });
  post('/admin/override/goto', (request) => control.goto(parseInput(gotoBody, request.body ?? {}).minute));
  post('/admin/override/abort', (request) => {
    parseInput(emptyBody, request.body ?? {});
    return control.abort();
  });
  post('/admin/override/ablate', (request) => {
    const { what } = parseInput(ablateBody, request.body ?? {});
    return control.ablate(what === 'none' ? null : what);
  });
  // For the page: is the token it was given the right one?
  router.get('/admin/override/check', admin, (_request, response) => {
    response.set('cache-control', 'no-store').json({ ok: true });
  });
}
