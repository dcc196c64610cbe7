import type { EffectiveScenario } from '../../../scenario/types';
import type { LoadGenerator } from '../generator';
import { percent } from '../../../report/format';

/** Of the rates in a status (s). */
const STATUS_WINDOW_SECONDS = 60;

/** How a run that is over, or goes on because the configuration says so, is healed. */
export function healHint(effective: EffectiveScenario): string {
  return effective.source === 'override'
    ? 'heal with POST /admin/stop-demo'
    : 'heal with: pulumi config set demoMode normal (and pulumi up; npm start follows the file by itself)';
}

/** The answer of `GET /admin/demo-status`. */
export function demoStatus(generator: LoadGenerator): Record<string, unknown> {
  const effective = generator.current();
  const position = generator.position();
  if (!effective || !position || position.state === 'normal') {
    return { status: 'not_running', running: false };
  }
  const { scenario, startTimestamp, expiresAt } = effective;
  const running = position.state === 'running';
  const status =
    position.state === 'before_start'
      ? 'scheduled'
      : running && effective.pausedAt !== null
        ? 'paused'
        : position.state;
  const recent = generator.counts.demo.window.last(STATUS_WINDOW_SECONDS, generator.now()).tally;
  return {
    status,
    running,
    scenario: scenario.mode,
    title: scenario.title,
    run_id: scenario.runId,
    source: effective.source,
    demo_minute: position.minute === null ? null : Math.floor(position.minute),
    phase: position.phase,
    phase_title: position.phaseTitle,
    start_timestamp: startTimestamp,
    minute_seconds: scenario.minuteSeconds,
    duration_minutes: scenario.shownMinutes,
    expires_at: expiresAt,
    target_rpm: Math.round(generator.targetRpm('demo') * 10) / 10,
    // All three of the last 60 s.
    window_seconds: STATUS_WINDOW_SECONDS,
    requests: recent.ended,
    errors: recent.errors,
    error_rate: percent(recent.errorRate),
    ...(status === 'over' ? { message: `over: ${healHint(effective)}` } : {}),
  };
}
