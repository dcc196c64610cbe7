import { duration, percent } from './format.js';
/** @import { Curve } from '../../api/curve' */
/** @import { Pulse } from '../../api/pulse' */
/** @import { Stats } from '../../store/series' */

/** From where on figures count as degrading, failing and slow, as the console says. @typedef {Pulse['thresholds']} Thresholds */

/** Until so long (ms) after its end a run counts as just healed. */
const JUST_HEALED_MS = 300_000;

/** What a cohort's figures amount to, in one word. @param {Stats} stats @param {Thresholds} thresholds */
export function stateOf({ requests, errorRate, p95Ms }, thresholds) {
  if (requests === 0) return 'quiet';
  if ((errorRate ?? 0) > thresholds.failingErrorRate) return 'failing';
  if ((errorRate ?? 0) > thresholds.degradingErrorRate || (p95Ms ?? 0) > thresholds.slowP95Ms)
    return 'degrading';
  return 'healthy';
}

export const STATE_WORDS = {
  healthy: 'Healthy',
  degrading: 'Degrading',
  failing: 'Failing',
  quiet: 'No traffic',
};

/**
 * What the page gets, in a few words.
 * @param {string} connection to the console
 * @param {Pulse['telemetry'] | undefined} telemetry what it says of what it gets itself
 */
export function connectionWords(connection, telemetry) {
  if (connection !== 'live')
    return { word: connection === 'lost' ? 'connection lost' : connection, reason: null, state: connection };
  if (!telemetry?.arriving) return { word: 'no telemetry', reason: null, state: 'silent' };
  const { keptOneIn } = telemetry;
  if (keptOneIn === 1) return { word: 'live', reason: null, state: 'live' };
  return {
    word: `live: 1 of ${keptOneIn} traces kept`,
    reason: `More spans arrive than the console can take. Each trace that it keeps stands for ${keptOneIn}: figures are estimates.`,
    state: 'live',
  };
}

/** What happens, in one sentence that is understood from the back of the room. @param {Pulse} pulse @param {Curve | null} curve */
export function headline({ at, scenario, baseline, demo, telemetry, thresholds }, curve) {
  if (!scenario) return 'Waiting for the shop.';
  if (!telemetry.arriving) return 'No telemetry arrives. The figures below are old.';
  const [browse, buy] = [stateOf(baseline, thresholds), stateOf(demo, thresholds)];
  const untouched = browse === 'healthy' || browse === 'quiet';
  const browsing = untouched ? 'Browsing is untouched.' : `Browsing suffers too: ${browse}.`;
  if (scenario.state === 'before_start') return `Black Friday begins in ${scenario.startsInSeconds} s.`;
  const failed = demo.errorRate ?? 0;
  if (buy === 'failing' || (buy === 'degrading' && failed > thresholds.degradingErrorRate)) {
    const checkouts = `${Math.max(1, Math.round(failed * 100))} of 100 checkouts fail.`;
    if (scenario.ablation !== null)
      return `A cause is gone: ${percent(failed)} of checkouts still fail, and falling.`;
    return scenario.mode === 'normal'
      ? `Healing: ${checkouts.toLowerCase()} ${browsing}`
      : `${checkouts} ${browsing}`;
  }
  if (scenario.ablation !== null) {
    const { well, slow } = scenario.ablation;
    return buy === 'degrading' ? `${slow} (p95 ${duration(demo.p95Ms)}).` : `${well}.`;
  }
  if (scenario.state === 'over') return 'The run is over. Heal to restore what it changed.';
  if (buy === 'degrading') return `Checkouts get slow: p95 ${duration(demo.p95Ms)}. ${browsing}`;
  if (scenario.state === 'running') return 'Black Friday traffic arrives. Everything still works.';
  if (!untouched) return `Browsing is ${browse}. Checkouts are ${buy}.`;
  const endedAt = curve?.state === 'ended' ? curve.endedAt : null;
  if (endedAt && Date.parse(at) - Date.parse(endedAt) < JUST_HEALED_MS)
    return 'Healed. Customers browse and buy again.';
  return 'Everything works. Customers browse and buy.';
}
