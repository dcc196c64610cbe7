import { duration, percent } from './format.js';

/** From here on checkouts count as degrading, and as failing (the flow alert's own thresholds). */
export const DEGRADING_ERROR_RATE = 0.02;
export const FAILING_ERROR_RATE = 0.2;
export const SLOW_P95_MS = 2000;

/** What a cohort's figures amount to, in one word. */
export function stateOf(stats) {
  if (!stats || stats.requests === 0) return 'quiet';
  if (stats.errorRate > FAILING_ERROR_RATE) return 'failing';
  if (stats.errorRate > DEGRADING_ERROR_RATE || stats.p95Ms > SLOW_P95_MS) return 'degrading';
  return 'healthy';
}

export const STATE_WORDS = {
  healthy: 'Healthy',
  degrading: 'Degrading',
  failing: 'Failing',
  quiet: 'No traffic',
};

/** What happens, in one sentence that is understood from the back of the room. */
export function headline(pulse, curve) {
  const { scenario, baseline, demo, telemetry } = pulse;
  if (!scenario) return 'Waiting for the shop.';
  if (!telemetry.arriving) return 'No telemetry arrives. The figures below are old.';
  const [browse, buy] = [stateOf(baseline), stateOf(demo)];
  const browsing =
    browse === 'healthy' || browse === 'quiet'
      ? 'Browsing is untouched.'
      : `Browsing suffers too: ${browse}.`;
  if (scenario.state === 'before_start')
    return `Black Friday begins in ${String(scenario.startsInSeconds)} s.`;
  if (buy === 'failing' || (buy === 'degrading' && demo.errorRate > DEGRADING_ERROR_RATE)) {
    const of100 = Math.max(1, Math.round(demo.errorRate * 100));
    const checkouts = `${String(of100)} of 100 checkouts fail.`;
    if (scenario.ablation !== null)
      return `A cause is gone: ${percent(demo.errorRate)} of checkouts still fail, and falling.`;
    return scenario.mode === 'normal'
      ? `Healing: ${checkouts.toLowerCase()} ${browsing}`
      : `${checkouts} ${browsing}`;
  }
  if (scenario.ablation === 'index') return 'The index is back: checkouts succeed, with the small pool.';
  if (scenario.ablation === 'pool') {
    return buy === 'degrading'
      ? `The pool is back: checkouts succeed, slowly (p95 ${duration(demo.p95Ms)}).`
      : 'The pool is back: checkouts succeed, without the index.';
  }
  if (scenario.state === 'over') return 'The run is over. Heal to restore what it changed.';
  if (buy === 'degrading') return `Checkouts get slow: p95 ${duration(demo.p95Ms)}. ${browsing}`;
  if (scenario.state === 'running') return 'Black Friday traffic arrives. Everything still works.';
  if (browse !== 'healthy' && browse !== 'quiet')
    return `Browsing is ${browse}. Checkouts are ${buy === 'quiet' ? 'quiet' : buy}.`;
  if (
    curve?.state === 'ended' &&
    curve.endedAt !== null &&
    Date.now() - Date.parse(curve.endedAt) < 300_000
  ) {
    return 'Healed. Customers browse and buy again.';
  }
  return 'Everything works. Customers browse and buy.';
}
