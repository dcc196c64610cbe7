import { attribute, h } from '../../lib/dom.js';
import { card, listing, scrollBox, stateIcon, table, text, twin, whenChanged } from '../dom.js';
import { clockWords, decimal, dollars, duration, figure, parts, percent, timeOfDay } from '../format.js';
import { headline, stateOf, STATE_WORDS } from '../health.js';
import { sparkline } from '../sparkline.js';

/** @import { Change, Pulse, ScenarioPulse } from '../../../api/pulse' */
/** @import { HistoryPoint } from '../../../store/history' */
/** @import { Stats } from '../../../store/series' */
/** @import { Thresholds } from '../health.js' */
/** @import { View } from '../types' */

/** What the cohorts' lines show. */
const SPARK_SECONDS = 300;
const TWIN_EVERY_SECONDS = 15;

/** @type {Record<string, (threshold: number) => string>} */
const CONDITION_WORDS = {
  'db.slow_query': () => 'slow query',
  'db.full_table_scan': () => 'full table scan',
  'db.connection.pool.exhausted': () => 'pool exhausted',
  'checkout.failed': () => 'checkout failed',
  error_rate: (share) => `errors > ${percent(share)}`,
  duration_p95: (ms) => `p95 > ${decimal(ms / 1000)} s`,
};

/** The stage: understood in ten seconds from the back of the room. @returns {View} */
export function stageView() {
  const sentence = h('h1.headline', { id: 'headline' }, 'Waiting for the first figures.');
  const run = runClock();
  const baseline = cohort('baseline', 'Baseline', 'customers browse');
  const demo = cohort('demo', 'Demo', 'customers check out');
  const changed = changedCard();
  const heal = healCard();
  const money = moneyCard();
  const alert = alertCard();
  const business = businessLine();
  const twinBody = scrollBox('The last five minutes');
  const folded = twin('The last five minutes as a table', twinBody);
  const element = h(
    'div.stage',
    h('div.stage-head', sentence, run.element),
    h('div.cohorts', baseline.element, demo.element),
    h('div.cards', changed.element, heal.element, money.element, alert.element),
    business.element,
    folded,
  );
  const drawTwin = whenChanged((/** @type {string[][]} */ rows) => {
    twinBody.replaceChildren(
      table(
        'Both cohorts, every fifteen seconds',
        ['time', 'demo minute', 'checkouts rpm', 'failed', 'p95', 'browsing rpm', 'failed', 'p95'],
        rows,
      ),
    );
  });
  return {
    element,
    title: 'Stage',
    update(state) {
      const { pulse, curve } = state;
      const history = state.history ?? [];
      if (!pulse) return;
      text(sentence, headline(pulse, curve));
      run.update(pulse);
      baseline.update(pulse.baseline, history, pulse.thresholds);
      demo.update(pulse.demo, history, pulse.thresholds);
      changed.update(pulse);
      heal.update(pulse);
      money.update(pulse, curve);
      alert.update(pulse);
      business.update(pulse);
      if (folded.open) drawTwin(twinRows(history));
    },
  };
}

/** @param {readonly HistoryPoint[]} history */
function twinRows(history) {
  const now = history.at(-1)?.at ?? 0;
  return history
    .filter(({ at }) => at > now - SPARK_SECONDS && at % TWIN_EVERY_SECONDS === 0)
    .toReversed()
    .map(({ at, minute, baseline, demo }) => [
      timeOfDay(at * 1000),
      minute === null ? '–' : String(Math.floor(minute)),
      figure(demo.rpm),
      percent(demo.errorRate),
      duration(demo.p95Ms),
      figure(baseline.rpm),
      percent(baseline.errorRate),
      duration(baseline.p95Ms),
    ]);
}

/** The demo clock with the acts as segments. */
function runClock() {
  const minute = h('span.clock-minute', '–');
  const of = h('span.clock-of');
  const act = h('span.clock-act');
  const segments = h('ol.segments', { 'aria-label': 'Acts' });
  const marker = h('div.marker', { hidden: true });
  const track = h('div.track', segments, marker);
  const element = h(
    'div.run-clock',
    { role: 'group', 'aria-label': 'Demo clock' },
    h('p.clock-line', minute, of, act),
    track,
  );
  const draw = whenChanged((/** @type {Pick<ScenarioPulse, 'phases'> & { minutes: number }} */ shown) => {
    const { phases, minutes } = shown;
    segments.replaceChildren(
      ...phases.map(({ fromMinute, title }, index) => {
        const to = Math.min(minutes, phases[index + 1]?.fromMinute ?? minutes);
        const item = h('li', { title }, h('span', title.replace(/^(Act \d).*$/, '$1')));
        item.style.flexGrow = String(Math.max(0.2, to - fromMinute));
        return item;
      }),
    );
  });
  return {
    element,
    /** @param {Pulse} pulse */
    update({ scenario }) {
      const running = scenario?.state === 'running' || scenario?.state === 'over';
      attribute(element, 'data-paused', scenario?.paused === true);
      if (!scenario) return;
      const now = scenario.minute ?? 0;
      const minutes = scenario.durationMinutes;
      text(minute, running ? `Minute ${Math.floor(now)}` : clockWords(scenario));
      text(of, running ? `of ${minutes}${scenario.paused ? ' · clock held' : ''}` : '');
      text(act, scenario.state === 'normal' ? 'Normal operations' : scenario.phaseTitle);
      attribute(track, 'hidden', scenario.phases.length === 0);
      draw({ phases: scenario.phases, minutes });
      [...segments.children].forEach((item, index) => {
        const from = scenario.phases[index]?.fromMinute ?? 0;
        const to = scenario.phases[index + 1]?.fromMinute ?? Infinity;
        const at = running ? now : -1;
        attribute(item, 'data-at', at >= to ? 'past' : at >= from ? 'now' : 'next');
        attribute(item, 'aria-current', at >= from && at < to ? 'step' : null);
      });
      attribute(marker, 'hidden', !running);
      if (running) marker.style.left = `${Math.min(100, (now / minutes) * 100)}%`;
    },
  };
}

/** One half of the stage. @param {'baseline' | 'demo'} which @param {string} name @param {string} who */
function cohort(which, name, who) {
  const word = h('p.state-word');
  const icon = h('span.state-sign');
  const spark = sparkline(SPARK_SECONDS);
  const big = (/** @type {string} */ term) => {
    const value = h('span.value', '–');
    const unit = h('small');
    return { value, unit, element: h('div', h('dt', term), h('dd', value, ' ', unit)) };
  };
  const rate = big('requests');
  const errors = big('failed');
  const p95 = big('p95');
  const element = h(
    'section.cohort',
    { 'data-cohort': which, 'aria-label': `${name}: ${who}` },
    h('header.cohort-head', h('h2', name), h('p', who)),
    h('div.cohort-state', icon, word),
    h('dl.figures', errors.element, p95.element, rate.element),
    h(
      'div.spark-box',
      h('p.spark-label', { 'aria-hidden': 'true' }, h('span', '100 %'), h('span', '0')),
      spark.element,
      h(
        'p.spark-foot',
        { 'aria-hidden': 'true' },
        h('span', '5 min ago'),
        h('span', 'failed requests'),
        h('span', 'now'),
      ),
    ),
  );
  const set = (
    /** @type {ReturnType<typeof big>} */ to,
    /** @type {{ value: string, unit: string }} */ written,
  ) => {
    text(to.value, written.value);
    text(to.unit, written.unit);
  };
  let shown = '';
  return {
    element,
    /** @param {Stats} stats @param {readonly HistoryPoint[]} history @param {Thresholds} thresholds */
    update(stats, history, thresholds) {
      const state = stateOf(stats, thresholds);
      if (state !== shown) {
        shown = state;
        element.dataset.state = state;
        icon.replaceChildren(stateIcon(state));
        text(word, STATE_WORDS[state]);
      }
      set(rate, { value: figure(stats.rpm), unit: 'a minute' });
      set(errors, parts(percent(stats.errorRate)));
      set(p95, parts(duration(stats.p95Ms)));
      spark.update(
        history,
        which,
        `${name}: share of failed requests in the last five minutes, now ${percent(stats.errorRate)}`,
      );
    },
  };
}

function changedCard() {
  const list = h('ul.chips');
  const draw = listing(
    list,
    (/** @type {Change} */ { words: [head, rest], seen }) =>
      h(
        'li.chip',
        { 'data-seen': String(seen) },
        h('strong', head),
        h('span', rest),
        h('em', seen === true ? '✓ seen' : seen === false ? 'not yet so' : 'not seen yet'),
      ),
    h('li.chip.calm', h('strong', 'Nothing'), h('span', 'all indexes there, pool at its size')),
  );
  const element = card('What has changed', 'changed', list);
  return { element, update: (/** @type {Pulse} */ { changes }) => draw(changes) };
}

function healCard() {
  const list = healList();
  return { element: card('What a heal would do', 'heal', list.element), update: list.update };
}

/** What a heal would do, line by line. */
export function healList() {
  const list = h('ul.plain');
  const nothing = h('li', 'Nothing to heal: the shop is as it should be.');
  const draw = listing(list, (/** @type {string} */ line) => h('li', line), nothing);
  return {
    element: list,
    /** @param {Pulse} pulse */
    update({ changes, scenario }) {
      const lines = changes.map(({ heal }) => heal);
      if (scenario && scenario.state !== 'normal') lines.push('Traffic back to normal, in seconds');
      draw(lines);
    },
  };
}

/**
 * What the run would have cost, had it been healed at the end of the minute in which the flow alert first fired; null
 * before, and while that minute is the one now.
 * @param {Pulse['flowAlert']} alert @param {import('../types').State['curve']} curve
 */
function costAtTheAlert({ run_id: runId, incidents }, curve) {
  const [first] = incidents;
  if (first === undefined || !curve || curve.runId !== runId) return null;
  const later = curve.minutes.some(({ minute, observed }) => minute > first.fromMinute && observed !== null);
  if (!later) return null;
  const until = curve.minutes.filter(({ minute }) => minute <= first.fromMinute);
  return {
    minute: first.fromMinute,
    usd: until.reduce((sum, { observed }) => sum + (observed?.lostUsd ?? 0), 0),
  };
}

function moneyCard() {
  const rate = h('p.money');
  const rateUnit = h('span.money-unit', 'a minute');
  const inAll = h('p.money-all');
  const atAlert = h('p.money-all');
  const element = card('Money lost', 'lost', h('div.money-row', rate, rateUnit), inAll, atAlert);
  return {
    element,
    /** @param {Pulse} pulse @param {import('../types').State['curve']} curve */
    update({ lost, scenario, flowAlert }, curve) {
      text(rate, dollars(lost.usdPerMinute));
      attribute(element, 'data-losing', lost.usdPerMinute > 0);
      const which = scenario?.state === 'normal' && curve ? 'in the last run' : 'in this run';
      text(inAll, lost.runId === null ? 'Nothing lost yet' : `${dollars(lost.usdInAll)} ${which}`);
      const cost = costAtTheAlert(flowAlert, curve);
      text(atAlert, cost && `${dollars(cost.usd)} if healed at the alert, minute ${cost.minute}`);
    },
  };
}

function alertCard() {
  const state = h('p.alert-state');
  const list = h('ul.conditions');
  const element = card('Flow alert', 'alert', state, list);
  const draw = listing(list, (/** @type {{ words: string, met: boolean }} */ { words, met }) =>
    h(
      'li',
      { 'data-met': String(met) },
      h('span', { 'aria-hidden': 'true' }, met ? '●' : '○'),
      ` ${words}`,
      h('span.visually-hidden', met ? ': met' : ': not met'),
    ),
  );
  return {
    element,
    /** @param {Pulse} pulse */
    update({ flowAlert }) {
      attribute(element, 'data-firing', flowAlert.state === 'firing');
      text(
        state,
        flowAlert.state === 'firing'
          ? `Firing since minute ${flowAlert.since_minute}`
          : armedWords(flowAlert),
      );
      draw(
        flowAlert.conditions.map(({ name, threshold, met }) => ({
          words: CONDITION_WORDS[name]?.(threshold) ?? name,
          met,
        })),
      );
    },
  };
}

/** What an alert that does not fire says: whose its conditions are, once the run is over. @param {Pulse['flowAlert']} alert */
function armedWords({ ended_at, evaluated_minute, held_minutes, for_minutes }) {
  if (ended_at === null && held_minutes > 0) {
    return `Armed: all six met for ${held_minutes} of ${for_minutes} minutes`;
  }
  if (ended_at === null || evaluated_minute === null) return 'Armed';
  return `Armed. The run is over; its minute ${evaluated_minute} was:`;
}

/** What the shop lives by, in the last minute. @type {[term: string, written: (of: Pulse['business']) => string][]} */
const BUSINESS = [
  ['orders a minute', ({ orders }) => figure(orders)],
  ['earned a minute', ({ earnedUsd }) => dollars(earnedUsd)],
  ['conversion', ({ conversion }) => percent(conversion)],
  ['basket', ({ basketUsd }) => dollars(basketUsd)],
  ['refused', ({ refused }) => figure(refused)],
  ['carts abandoned', ({ abandonedCarts }) => figure(abandonedCarts)],
];

/** What an outage takes from the shop beside the failed requests. */
function businessLine() {
  const values = BUSINESS.map(() => h('dd', '–'));
  const pairs = BUSINESS.map(([term], index) => h('div', h('dt', term), values[index]));
  const element = h('dl.business', { 'aria-label': 'Business in the last minute' }, ...pairs);
  return {
    element,
    /** @param {Pulse} pulse */
    update({ business }) {
      BUSINESS.forEach(([, written], index) => text(values[index], written(business)));
    },
  };
}

/** A small stage for the presenter's window. */
export function miniStage() {
  const row = (/** @type {string} */ name) => {
    const icon = h('span.state-sign');
    const word = h('strong');
    const figures = h('span.muted');
    return {
      icon,
      word,
      figures,
      element: h('p.mini-cohort', icon, h('span', name), word, figures),
    };
  };
  const baseline = row('Baseline');
  const demo = row('Demo');
  const element = h('div.mini-stage', baseline.element, demo.element);
  const show = (
    /** @type {ReturnType<typeof row>} */ of,
    /** @type {Stats} */ stats,
    /** @type {Thresholds} */ thresholds,
  ) => {
    const state = stateOf(stats, thresholds);
    if (of.element.dataset.state !== state) of.icon.replaceChildren(stateIcon(state));
    of.element.dataset.state = state;
    text(of.word, STATE_WORDS[state]);
    text(
      of.figures,
      `${percent(stats.errorRate)} failed · p95 ${duration(stats.p95Ms)} · ${decimal(stats.rpm)} rpm`,
    );
  };
  return {
    element,
    /** @param {import('../types').State} state */
    update({ pulse }) {
      if (!pulse) return;
      show(baseline, pulse.baseline, pulse.thresholds);
      show(demo, pulse.demo, pulse.thresholds);
    },
  };
}
