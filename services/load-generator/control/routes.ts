import type { Router } from 'express';
import { z } from 'zod';
import { requireAdminToken } from '../../lib/admin';
import { HttpError } from '../../lib/errors';
import { logger } from '../../lib/logger';
import { parseInput } from '../../lib/validate';
import { demoStatus, healHint } from './demo-status';
import type { LoadGenerator } from '../generator';
import type { RunControl } from './run-control';
import { overrideFor, resolvedRun, startDemoSchema, stopDemoSchema } from './run-request';
import { runMinutes, trafficStats } from '../stats/traffic-stats';

const minutesQuerySchema = z.object({ run_id: z.string().min(1).max(200).optional() });

/** The admin interface of the seeds, all of it behind the admin token. */
export function adminRoutes(router: Router, generator: LoadGenerator, control: RunControl): void {
  router.use('/admin', requireAdminToken());

  router.post('/admin/start-demo', async (request, response) => {
    const wanted = parseInput(startDemoSchema, request.body ?? {});
    const run = await control.begin((desired) => overrideFor(wanted, desired, Date.now() / 1000));
    logger.info(
      { event: 'demo_started', 'demo.run_id': run.runId, 'demo.mode': run.mode },
      'demo run begins',
    );
    response.status(201).json({
      status: 'started',
      run_id: run.runId,
      scenario: run.mode,
      start_timestamp: run.startTimestamp,
      duration_minutes: run.scenario.shownMinutes,
      minute_seconds: run.scenario.minuteSeconds,
      peak_rpm: Math.max(...run.scenario.traffic.demoPoints.map((point) => point.rpm)),
      scale: run.scenario.scale,
      expires_at: run.expiresAt,
      ...resolvedRun(wanted, run),
      message:
        'Traffic, storage and pools follow within a second. The indexes are dropped, and built again after the run, by ' +
        'the console, which alone may change them: it has to be running.',
    });
  });

  router.post('/admin/stop-demo', async (request, response) => {
    const { run_id: runId } = parseInput(stopDemoSchema, request.body ?? {});
    const ended = await control.end(runId);
    if (ended) {
      logger.info(
        { event: 'demo_stopped', 'demo.run_id': ended.runId, 'demo.mode': ended.mode },
        'demo run stopped',
      );
      response.json({
        status: 'stopped',
        run_id: ended.runId,
        message:
          'Traffic, storage and pools are back to the desired scenario within a second; the console builds the indexes.',
      });
      return;
    }
    response.json({ status: 'not_running', ...configuredRun(generator) });
  });

  router.get('/admin/demo-status', (_request, response) => {
    response.json(demoStatus(generator));
  });

  router.get('/admin/traffic-stats', (_request, response) => {
    response.json(trafficStats(generator));
  });

  router.get('/admin/minutes', (request, response) => {
    const { run_id: runId } = parseInput(minutesQuerySchema, request.query);
    generator.observe();
    const run = generator.runs.find(runId);
    if (!run) {
      const known = generator.runs.runIds;
      throw new HttpError(
        404,
        'unknown-run',
        runId === undefined
          ? 'No run has been watched yet.'
          : `Run ${runId} is not known (any more); kept are: ${known.join(', ') || 'none'}.`,
        { known_runs: known },
      );
    }
    response.json(runMinutes(run));
  });
}

/** A run that the configuration wants goes on, whatever is asked of the admin interface. */
function configuredRun(generator: LoadGenerator): Record<string, unknown> {
  const effective = generator.current();
  if (effective?.source !== 'desired' || effective.scenario.mode === 'normal') return {};
  return {
    configured_run: effective.scenario.runId,
    message: `No run was started by an admin call; ${effective.scenario.runId} comes from stack config: ${healHint(effective)}`,
  };
}
