import type { Router } from 'express';
import type { z } from 'zod';
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
  const post = <Body>(
    action: string,
    body: z.ZodType<Body>,
    act: (body: Body) => Promise<WatchedAction>,
  ): void => {
    router.post(`/admin/override/${action}`, admin, async (request, response) => {
      const answer = await act(parseInput(body, request.body ?? {}));
      response.status(202).set('cache-control', 'no-store').json(answer);
    });
  };
  post('start', startBody, (request) => control.start(request));
  post('goto', gotoBody, ({ minute }) => control.goto(minute));
  post('ablate', ablateBody, ({ what }) => control.ablate(what === 'none' ? null : what));
  for (const action of ['pause', 'resume', 'abort'] as const)
    post(action, emptyBody, () => control[action]());
  // For the page: is the token it was given the right one?
  router.get('/admin/override/check', admin, (_request, response) => {
    response.set('cache-control', 'no-store').json({ ok: true });
  });
}
